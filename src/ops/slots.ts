import { afterRunning } from './running-time.ts';

/** Identifies who uses slots, such as a client, by a value that is the same each time. Owners take turns. */
export type Owner = unknown;

export interface Claimant {
  owner: Owner;
  /** Maximum number of slots that the owner holds at the same time. */
  atOnce: number;
  signal: AbortSignal | null;
}

/** How long a claimant waits at most, in milliseconds of running time, and the error that it gets then. */
export interface Patience {
  ms: number;
  late: () => Error;
}

interface Waiting {
  atOnce: number;
  grant: () => void;
}

/**
 * A fixed number of slots. A free slot goes to the owner whose turn it is, not to the claim that has waited longest: an owner
 * with a hundred claims delays another owner's first claim by one slot, not by a hundred.
 */
export class Slots {
  #free: number;
  readonly #held = new Map<Owner, number>();
  /** Claims by owner, in the order of the owners' turns. */
  readonly #waiting = new Map<Owner, Waiting[]>();

  constructor(size: number) {
    this.#free = size;
  }

  /**
   * Takes a slot, at once or when it is the claimant's turn; `give` returns it. Rejects with the reason of the signal when
   * that aborts, and with the error of `patience.late` after `patience.ms` of running time.
   */
  async take(claimant: Claimant, patience: Patience | null): Promise<void> {
    const { owner, atOnce, signal } = claimant;
    signal?.throwIfAborted();
    if (this.#free > 0 && this.#heldBy(owner) < atOnce) this.#grant(owner);
    else await this.#wait(claimant, patience);
  }

  #wait({ owner, atOnce, signal }: Claimant, patience: Patience | null): Promise<void> {
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
      const timer = patience && afterRunning(patience.ms, () => giveUp(patience.late()));
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

  /** Returns a slot of the owner, which goes to the next one. */
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
