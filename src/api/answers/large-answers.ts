import { Slots } from '../../connections/postgres/slots.ts';
import { RequestError } from '../../errors.ts';

/** Size above which an answer counts as large, in bytes. */
export const largeBytes = 1024 ** 2;

/** Large answers in memory at the same time: each takes tens of megabytes until its client has read it. */
const atOnce = 4;
const atOncePerClient = 2;

/** How long an answer waits for its turn, in milliseconds. */
const patienceMs = 10_000;

/** Limits the large answers that a process holds. Small answers never wait. */
export class LargeAnswers {
  readonly #slots = new Slots(atOnce);

  /**
   * Waits until another large answer may be built; it counts until `over` aborts. Rejects with OVERLOADED if that takes too
   * long. `client` identifies the client by its address: clients take turns.
   */
  async enter(client: string, over: AbortSignal): Promise<void> {
    const claimant = { owner: client, atOnce: atOncePerClient, signal: over };
    if (!this.#slots.tryTake(claimant)) {
      await this.#slots.wait(claimant, patienceMs, () => new RequestError('OVERLOADED'));
    }
    const leave = () => this.#slots.give(client);
    if (over.aborted) leave();
    else over.addEventListener('abort', leave, { once: true });
  }
}
