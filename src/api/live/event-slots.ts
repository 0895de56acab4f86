import { Slots } from '../../ops/slots.ts';

/** Maximum events executed at the same time, each for one subscriber: the data they read is held in memory. */
const atOnce = 16;
const atOncePerClient = 4;

/** Limits the events that a process executes at the same time. Clients take turns. */
export class EventSlots {
  readonly #slots = new Slots(atOnce);

  /** Waits until another event of the client may run; its slot is freed on disposal. Rejects when `over` aborts. */
  async enter(client: string, over: AbortSignal): Promise<Disposable> {
    // Without a time limit: a later event cannot overtake this one.
    await this.#slots.take({ owner: client, atOnce: atOncePerClient, signal: over }, null);
    return { [Symbol.dispose]: () => this.#slots.give(client) };
  }
}
