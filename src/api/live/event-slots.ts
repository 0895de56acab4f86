import { Slots } from '../../ops/slots.ts';

/** Events that are executed at the same time, each for one subscriber: what they read is in memory. */
const atOnce = 16;
const atOncePerClient = 4;

/** Limits the events that a process executes at the same time. Clients take turns. */
export class EventSlots {
  readonly #slots = new Slots(atOnce);

  /** Waits until another event of the client may be executed; it is until the disposal. Rejects when `over` aborts. */
  async enter(client: string, over: AbortSignal): Promise<Disposable> {
    // Without a time limit: a later event cannot overtake this one.
    await this.#slots.take({ owner: client, atOnce: atOncePerClient, signal: over }, null);
    return { [Symbol.dispose]: () => this.#slots.give(client) };
  }
}
