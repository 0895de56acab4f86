import { RequestError } from '../../errors.ts';
import { Slots } from '../../ops/slots.ts';

/** Cost above which an operation is heavy, in points: some ten milliseconds of work. */
const heavyCost = 1_000;

/** Whether an operation of this cost takes turns with other heavy ones. */
export function isHeavy(cost: number): boolean {
  return cost > heavyCost;
}

/** Heavy operations that are executed at the same time. The event loop and the database are left to light ones in between. */
const atOnce = 3;
const atOncePerClient = 1;

/** How long one waits for its turn, in milliseconds. */
const patienceMs = 10_000;

/** Limits the heavy operations that a process executes at the same time. Light ones never wait. */
export class HeavyOperations {
  readonly #slots = new Slots(atOnce);

  /**
   * Executes an operation when it is its turn. Rejects with OVERLOADED if it waited for too long, or `signal` aborts before.
   * `client` identifies the client by its address: clients take turns.
   */
  async run<T>(
    operation: { cost: number; client: string; signal: AbortSignal },
    work: () => T | Promise<T>,
  ): Promise<T> {
    const { cost, client, signal } = operation;
    if (!isHeavy(cost)) return await work();
    const claimant = { owner: client, atOnce: atOncePerClient, signal };
    await this.#slots.take(claimant, { ms: patienceMs, late: () => new RequestError('OVERLOADED') });
    try {
      return await work();
    } finally {
      this.#slots.give(client);
    }
  }
}
