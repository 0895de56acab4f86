import type { Redis } from '../connections/redis.ts';
import { logRedisError } from '../connections/redis-trouble.ts';
import type { Logger } from '../ops/logger.ts';
import { occasionally } from '../ops/occasionally.ts';
import type { Messages } from './messages.ts';
import type { Cursor } from './state.ts';
import type { Watcher } from './watcher.ts';

interface Channel<State extends Cursor> {
  watchers: Set<Watcher<State>>;
  /**
   * Settles when Redis has confirmed the subscription or failed. In the latter case, periodic re-reading alone serves
   * the watchers.
   */
  subscribed: Promise<void>;
}

export interface ChannelsOptions<State> {
  messages: Messages;
  /** Called with each state before its watchers get it. */
  onState: (state: State) => void;
  logger: Logger;
}

/**
 * The Redis subscriptions of this process: one per channel, shared by its watchers, from the first to the last. A name
 * that ends with an asterisk is a pattern.
 */
export class Channels<State extends Cursor> {
  readonly #redis: Redis;
  readonly #messages: Messages;
  readonly #onState: (state: State) => void;
  readonly #logger: Logger;
  readonly #mayWarn = occasionally(60_000);
  readonly #channels = new Map<string, Channel<State>>();
  /** Channels confirmed by Redis. */
  readonly #subscribed = new Set<string>();
  /** The latest request of each channel, until it is answered. */
  readonly #turns = new Map<string, Promise<void>>();

  constructor(redis: Redis, { messages, onState, logger }: ChannelsOptions<State>) {
    this.#redis = redis;
    this.#messages = messages;
    this.#onState = onState;
    this.#logger = logger;
  }

  names(): string[] {
    return [...this.#channels.keys()];
  }

  watchers(name: string): Watcher<State>[] {
    return [...(this.#channels.get(name)?.watchers ?? [])];
  }

  /** Adds a watcher; resolves once it receives everything published from now on. */
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

  /**
   * Repairs subscriptions after an outage: requests during it were not sent, and the client may not have restored all.
   */
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

  /** Subscribes or unsubscribes as currently needed: the channel may have been left and joined again meanwhile. */
  async #settle(name: string): Promise<void> {
    const wanted = this.#channels.has(name);
    if (wanted === this.#subscribed.has(name)) return;
    await (wanted ? this.#subscribe(name) : this.#unsubscribe(name));
  }

  async #subscribe(name: string): Promise<void> {
    if (!this.#redis.isReady) return;
    const deliver = (message: string, channel: string) => {
      const text = this.#messages.read(channel, message);
      if (text === null) {
        if (this.#mayWarn('')) this.#logger.warn({ channel }, 'ignored a progress message that was forged or damaged');
        return;
      }
      const state: State = JSON.parse(text);
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
   * Runs the requests of one channel one by one and ignores their errors, which `resubscribe` repairs. In parallel, the
   * reply to UNSUBSCRIBE would also remove listeners added after it was sent.
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
