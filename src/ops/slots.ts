import { afterRunning } from './running-time.ts';

/** Identifies the user of slots, such as a client. Owners are compared by value and take turns. */
export type Owner = unknown;

export interface Claimant {
  owner: Owner;
  /** Maximum number of slots that the owner holds at the same time. */
  atOnce: number;
  signal: AbortSignal | null;
}

/** Maximum wait of a claimant, in milliseconds of running time, and the error after it. */
export interface WaitLimit {
  ms: number;
  late: () => Error;
}

/** The number of slots, of those that are taken, and of the claims that wait. */
export interface SlotUse {
  size: number;
  busy: number;
  waiting: number;
}

interface Waiting {
  atOnce: number;
  grant: () => void;
}

/**
 * A fixed number of slots. A free slot goes to the owner whose turn it is, not to the oldest claim: an owner with a
 * hundred claims delays another owner's first claim by one slot, not by a hundred.
 */
export class Slots {
  readonly #size: number;
  #free: number;
  readonly #held = new Map<Owner, number>();
  /** Claims by owner, in the order of the owners' turns. */
  readonly #waiting = new Map<Owner, Waiting[]>();

  constructor(size: number) {
    this.#size = size;
    this.#free = size;
  }

  get use(): SlotUse {
    const claims = this.#waiting;
    return {
      size: this.#size,
      busy: this.#size - this.#free,
      // Counted only for those who ask: each request reads the size.
      get waiting() {
        return [...claims.values()].reduce((sum, { length }) => sum + length, 0);
      },
    };
  }

  /**
   * Takes a slot at once, or when it is the claimant's turn; `give` returns it. Rejects with the signal's reason when
   * it aborts, and with the error of `limit.late` after `limit.ms` of running time.
   */
  async take(claimant: Claimant, limit: WaitLimit | null): Promise<void> {
    const { owner, atOnce, signal } = claimant;
    signal?.throwIfAborted();
    if (this.#free > 0 && this.#heldBy(owner) < atOnce) this.#grant(owner);
    else await this.#wait(claimant, limit);
  }

  #wait({ owner, atOnce, signal }: Claimant, limit: WaitLimit | null): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const claim: Waiting = {
        atOnce,
        grant() {
          stop();
          resolve();
        },
      };
      const giveUp = (error: unknown) => {
        stop();
        this.#leave(owner, claim);
        reject(error);
      };
      const cancel = () => giveUp(signal?.reason);
      const timer = limit && afterRunning(limit.ms, () => giveUp(limit.late()));
      signal?.addEventListener('abort', cancel, { once: true });
      function stop(): void {
        timer?.stop();
        signal?.removeEventListener('abort', cancel);
      }
      const claims = this.#waiting.get(owner);
      if (claims === undefined) this.#waiting.set(owner, [claim]);
      else claims.push(claim);
    });
  }

  /** Returns a slot of the owner, and grants it to the next claim. */
  give(owner: Owner): void {
    this.#free += 1;
    const left = this.#heldBy(owner) - 1;
    if (left === 0) this.#held.delete(owner);
    else this.#held.set(owner, left);
    this.#grantNext();
  }

  #heldBy(owner: Owner): number {
    return this.#held.get(owner) ?? 0;
  }

  #grant(owner: Owner): void {
    this.#free -= 1;
    this.#held.set(owner, this.#heldBy(owner) + 1);
  }

  #grantNext(): void {
    for (const [owner, claims] of this.#waiting) {
      const [first] = claims;
      if (first === undefined || this.#heldBy(owner) >= first.atOnce) continue;
      claims.shift();
      // The owner's next turn comes after the turns of all others.
      this.#waiting.delete(owner);
      if (claims.length > 0) this.#waiting.set(owner, claims);
      this.#grant(owner);
      first.grant();
      return;
    }
  }

  #leave(owner: Owner, claim: Waiting): void {
    const claims = this.#waiting.get(owner) ?? [];
    const left = claims.filter((each) => each !== claim);
    if (left.length === 0) this.#waiting.delete(owner);
    else if (left.length < claims.length) this.#waiting.set(owner, left);
  }
}
