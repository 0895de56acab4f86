import { RequestError } from '../../errors.ts';
import { Slots } from '../../ops/slots.ts';

/** Size above which a response counts as large, in bytes. */
export const largeBytes = 1024 ** 2;

/** Maximum large responses in memory: each takes tens of megabytes until its client has read it. */
const atOnce = 4;
/** Of one tenant: others find a slot at once. */
const atOncePerHolder = 3;

/** Maximum wait of a response for its turn, in milliseconds. */
const maxWaitMs = 10_000;

/** Limits the large responses that a process holds. Small ones never wait. */
export class LargeAnswers {
  readonly #slots = new Slots(atOnce);

  /**
   * Waits until another large response may be built; it counts until `over` aborts. Rejects with OVERLOADED if that
   * takes too long. Holders take turns (`holderOf`).
   */
  async enter(holder: string, over: AbortSignal): Promise<void> {
    const claimant = { owner: holder, atOnce: atOncePerHolder, signal: over };
    const late = () => new RequestError('OVERLOADED', { limit: 'large_answers' });
    await this.#slots.take(claimant, { ms: maxWaitMs, late });
    const leave = () => this.#slots.give(holder);
    if (over.aborted) leave();
    else over.addEventListener('abort', leave, { once: true });
  }
}
