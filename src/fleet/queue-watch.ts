import { isDeepStrictEqual } from 'node:util';
import type { Logger } from '../ops/logger.ts';
import type { Cursor } from '../progress/state.ts';
import { type Subject, Watcher } from '../progress/watcher.ts';
import type { QueueState } from './queue.ts';

const everyMs = 1_000;

/** A state of the queue; its revision counts the changes that this process has seen. */
export interface QueueEvent extends QueueState, Cursor {}

/** Subscribers keep only the newest state. */
const subject: Subject<QueueEvent> = { idOf: () => 'queue', placeOf: () => 'queue', isFinal: () => false };

/** Reads the queue once a second while anybody watches it, for all subscribers of this process together. */
export class QueueWatch implements Disposable {
  readonly #read: () => Promise<QueueState>;
  readonly #logger: Logger;
  readonly #watchers = new Set<Watcher<QueueEvent>>();
  #timer: NodeJS.Timeout | null = null;
  #isReading = false;
  #state: QueueState | null = null;
  #revision = 0;

  constructor(read: () => Promise<QueueState>, logger: Logger) {
    this.#read = read;
    this.#logger = logger;
  }

  /** Yields the state of the queue, then every change of it; a slow subscriber gets the newest state. Never ends. */
  watch(): AsyncIterableIterator<QueueEvent> {
    const watcher = new Watcher({ subject, endsWhenFinal: false, release: (ended) => this.#release(ended) });
    this.#watchers.add(watcher);
    if (this.#state !== null) watcher.push(this.#event(this.#state));
    if (this.#timer === null) {
      this.#timer = setInterval(() => void this.#look(), everyMs);
      void this.#look();
    }
    return watcher;
  }

  async #look(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      const state = await this.#read();
      if (this.#timer === null || isDeepStrictEqual(state, this.#state)) return;
      this.#state = state;
      this.#revision += 1;
      const event = this.#event(state);
      for (const watcher of this.#watchers) watcher.push(event);
    } catch (error) {
      this.#logger.debug({ err: error }, 'the queue could not be read; trying again in a second');
    } finally {
      this.#isReading = false;
    }
  }

  #event(state: QueueState): QueueEvent {
    return { ...state, revision: this.#revision, seq: 0 };
  }

  #release(watcher: Watcher<QueueEvent>): void {
    this.#watchers.delete(watcher);
    if (this.#watchers.size > 0) return;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#state = null;
  }

  /** Ends all subscriptions. */
  [Symbol.dispose](): void {
    for (const watcher of this.#watchers) watcher.end();
  }
}
