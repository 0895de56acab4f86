import type { Redis } from '../connections/redis.ts';
import { logRedisError } from '../connections/redis-trouble.ts';
import type { Logger } from '../ops/logger.ts';
import type { Cursor } from './state.ts';
import type { Watcher } from './watcher.ts';

interface Channel<State extends Cursor> {
  watchers: Set<Watcher<State>>;
  /** Settles when Redis has confirmed the subscription, or can't: then re-reading alone serves the watchers. */
  subscribed: Promise<void>;
}

/**
 * The Redis subscriptions of this process: one a channel, however many watch it, from the first watcher to the last. A name
 * that ends in an asterisk is a pattern.
 */
export class Channels<State extends Cursor> {
  readonly #redis: Redis;
  readonly #onState: (state: State) => void;
  readonly #logger: Logger;
  readonly #channels = new Map<string, Channel<State>>();
  /** What Redis has confirmed. */
  readonly #subscribed = new Set<string>();
  /** The last request of each channel, until it is answered. */
  readonly #turns = new Map<string, Promise<void>>();

  /** `onState` hears of each state that comes, before those who watch do. */
  constructor(redis: Redis, onState: (state: State) => void, logger: Logger) {
    this.#redis = redis;
    this.#onState = onState;
    this.#logger = logger;
  }

  names(): string[] {
    return [...this.#channels.keys()];
  }

  watchers(name: string): Watcher<State>[] {
    return [...(this.#channels.get(name)?.watchers ?? [])];
  }

  /** Adds a watcher; resolves when what is published from now on reaches it. */
  join(name: string, watcher: Watcher<State>): Promise<void> {
    let channel = this.#channels.get(name);
    if (channel === undefined) {
      channel = { watchers: new Set(), subscribed: Promise.resolve() };
      this.#channels.set(name, channel);
      channel.subscribed = this.#inTurn(name, () => this.#settle(name));
    }
    channel.watchers.add(watcher);
    return channel.subscribed;
  }

  leave(name: string, watcher: Watcher<State>): void {
    const channel = this.#channels.get(name);
    if (!channel?.watchers.delete(watcher) || channel.watchers.size > 0) return;
    this.#channels.delete(name);
    void this.#inTurn(name, () => this.#settle(name));
  }

  /** After an outage: what was joined or left meanwhile was never asked for, and what the client restored is doubtful. */
  resubscribe(): void {
    for (const name of new Set([...this.#channels.keys(), ...this.#subscribed])) {
      const subscribed = this.#inTurn(name, async () => {
        await this.#unsubscribe(name);
        await this.#settle(name);
      });
      const channel = this.#channels.get(name);
      if (channel !== undefined) channel.subscribed = subscribed;
    }
  }

  /** Asks Redis for what its watchers want now: a channel may have been left and joined again since this was due. */
  async #settle(name: string): Promise<void> {
    const wanted = this.#channels.has(name);
    if (wanted === this.#subscribed.has(name)) return;
    await (wanted ? this.#subscribe(name) : this.#unsubscribe(name));
  }

  async #subscribe(name: string): Promise<void> {
    if (!this.#redis.isReady) return;
    const deliver = (message: string) => {
      const state: State = JSON.parse(message);
      this.#onState(state);
      for (const watcher of this.watchers(name)) watcher.push(state);
    };
    await (name.endsWith('*') ? this.#redis.pSubscribe(name, deliver) : this.#redis.subscribe(name, deliver));
    this.#subscribed.add(name);
  }

  async #unsubscribe(name: string): Promise<void> {
    await (name.endsWith('*') ? this.#redis.pUnsubscribe(name) : this.#redis.unsubscribe(name));
    this.#subscribed.delete(name);
  }

  /**
   * Runs the requests of one channel one after the other, and forgives their errors: `resubscribe` makes up for them. The
   * client removes the listeners of a channel when UNSUBSCRIBE is answered, those too that were added since it was sent.
   */
  #inTurn(name: string, work: () => Promise<void>): Promise<void> {
    const turn = (this.#turns.get(name) ?? Promise.resolve())
      .then(work)
      .catch((error) => logRedisError(this.#logger, error, `the subscription of ${name} could not be changed`));
    this.#turns.set(name, turn);
    return turn.finally(() => {
      if (this.#turns.get(name) === turn) this.#turns.delete(name);
    });
  }
}
