import type { Redis } from '../connections/redis.ts';
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
  readonly #channels = new Map<string, Channel<State>>();

  constructor(redis: Redis) {
    this.#redis = redis;
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
      channel = { watchers: new Set(), subscribed: this.#subscribe(name) };
      this.#channels.set(name, channel);
    }
    channel.watchers.add(watcher);
    return channel.subscribed;
  }

  leave(name: string, watcher: Watcher<State>): void {
    const channel = this.#channels.get(name);
    if (!channel?.watchers.delete(watcher) || channel.watchers.size > 0) return;
    this.#channels.delete(name);
    // Not before the subscription is confirmed: the two must not pass each other. A newer channel keeps the subscription.
    channel.subscribed.then(() => (this.#channels.has(name) ? undefined : this.#unsubscribe(name))).catch(() => {});
  }

  /** After an outage: what was joined meanwhile was never asked for. */
  resubscribe(): void {
    for (const [name, channel] of this.#channels) {
      channel.subscribed = this.#unsubscribe(name)
        .catch(() => {})
        .then(() => this.#subscribe(name));
    }
  }

  async #subscribe(name: string): Promise<void> {
    if (!this.#redis.isReady) return;
    const deliver = (message: string) => {
      const state: State = JSON.parse(message);
      for (const watcher of this.watchers(name)) watcher.push(state);
    };
    const done = name.endsWith('*') ? this.#redis.pSubscribe(name, deliver) : this.#redis.subscribe(name, deliver);
    await done.catch(() => {});
  }

  #unsubscribe(name: string): Promise<void> {
    return name.endsWith('*') ? this.#redis.pUnsubscribe(name) : this.#redis.unsubscribe(name);
  }
}
