import { afterRunning } from '../../ops/running-time.ts';
import { StatementCancelledError } from './database-errors.ts';

/** Identifies the beneficiary of statements, such as a client, by a value that is the same each time. Owners take turns. */
export type Owner = unknown;

export interface Claimant {
  owner: Owner;
  /** Maximum number of slots that the owner holds at the same time. */
  atOnce: number;
  signal: AbortSignal | null;
}

interface Waiting {
  atOnce: number;
  grant: () => void;
}

/**
 * A fixed number of slots. A free slot goes to the owner whose turn it is, not to the claim that has waited longest: an owner
 * with a hundred claims delays another owner's first claim by one statement, not by a hundred.
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
   * Resolves with a function that returns the slot, once the claimant has one. Rejects with the error that `late` creates
   * after `patienceMs` of running time, or when the signal aborts.
   */
  async take({ owner, atOnce, signal }: Claimant, patienceMs: number, late: () => Error): Promise<() => void> {
    if (signal?.aborted) throw new StatementCancelledError({ cause: signal.reason });
    if (this.#free > 0 && this.#heldBy(owner) < atOnce) this.#grant(owner);
    else await this.#wait({ owner, atOnce, signal }, patienceMs, late);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#give(owner);
    };
  }

  async #wait({ owner, atOnce, signal }: Claimant, patienceMs: number, late: () => Error): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const claim: Waiting = {
        atOnce,
        grant() {
          stop();
          resolve();
        },
      };
      const giveUp = (error: Error) => {
        stop();
        this.#leave(owner, claim);
        reject(error);
      };
      const cancel = () => giveUp(new StatementCancelledError({ cause: signal?.reason }));
      const timer = afterRunning(patienceMs, () => giveUp(late()));
      signal?.addEventListener('abort', cancel, { once: true });
      function stop(): void {
        timer.stop();
        signal?.removeEventListener('abort', cancel);
      }
      const claims = this.#waiting.get(owner);
      if (claims === undefined) this.#waiting.set(owner, [claim]);
      else claims.push(claim);
    });
  }

  #heldBy(owner: Owner): number {
    return this.#held.get(owner) ?? 0;
  }

  #grant(owner: Owner): void {
    this.#free -= 1;
    this.#held.set(owner, this.#heldBy(owner) + 1);
  }

  #give(owner: Owner): void {
    this.#free += 1;
    const left = this.#heldBy(owner) - 1;
    if (left === 0) this.#held.delete(owner);
    else this.#held.set(owner, left);
    this.#grantNext();
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
