import { RequestError } from '../../errors.ts';
import { Slots } from '../../ops/slots.ts';

/** Cost above which an operation is heavy, in points: about ten milliseconds of work. */
const heavyCost = 1_000;

/** Whether an operation of this cost takes turns with other heavy ones. */
export function isHeavy(cost: number): boolean {
  return cost > heavyCost;
}

/** Maximum concurrent heavy operations. This leaves room for light ones in the event loop and the database. */
const atOnce = 3;
const atOncePerClient = 1;

/** Maximum wait of an operation for its turn, in milliseconds. */
const maxWaitMs = 10_000;

/** Limits the concurrent heavy operations of a process. Light ones never wait. */
export class HeavyOperations {
  readonly #slots = new Slots(atOnce);

  /**
   * Executes an operation when its turn comes. Rejects with OVERLOADED if it waits too long, and rejects if `signal`
   * aborts first. Clients take turns; `client` identifies one.
   */
  async run<T>(
    operation: { cost: number; client: string; signal: AbortSignal },
    work: () => T | Promise<T>,
  ): Promise<T> {
    const { cost, client, signal } = operation;
    if (!isHeavy(cost)) return await work();
    const claimant = { owner: client, atOnce: atOncePerClient, signal };
    const late = () => new RequestError('OVERLOADED', { limit: 'heavy_operations' });
    await this.#slots.take(claimant, { ms: maxWaitMs, late });
    try {
      return await work();
    } finally {
      this.#slots.give(client);
    }
  }
}
