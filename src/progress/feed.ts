import type { Redis } from '../connections/redis.ts';
import type { Logger } from '../ops/logger.ts';
import { Channels } from './channels.ts';
import type { Messages } from './messages.ts';
import { type Cursor, isNewer } from './state.ts';
import { type Subject, Watcher } from './watcher.ts';

export interface FeedOptions<State extends Cursor> {
  /** A connection used only for subscriptions. */
  redis: Redis;
  messages: Messages;
  subject: Subject<State>;
  /** Reads the current states from PostgreSQL, without deleted ones. */
  readStates: (ids: string[]) => Promise<State[]>;
  logger: Logger;
  /** Called when a state is replaced that a subscriber has not taken. */
  onReplaced?: () => void;
  /** Interval of re-reading watched states, in milliseconds. */
  rereadEveryMs: number;
}

interface Watched<State extends Cursor> {
  watchers: Set<Watcher<State>>;
  /** The newest revision from PostgreSQL or a genuine message. Cursors of clients do not count. */
  revision: number;
}

/**
 * The states of one kind of object for all subscribers of this process, with one Redis subscription per object.
 *
 * Why no watcher misses the end: it joins its channel *before* the snapshot is read, so changes in between reach it
 * through Redis. All watched states are also re-read from PostgreSQL every two seconds, which makes up for lost
 * publishes (Redis down, a crash between commit and publish, a reconnect). Each watcher accepts only newer states, so
 * these sources may overlap in any order.
 */
export class Feed<State extends Cursor> implements Disposable {
  readonly #options: FeedOptions<State>;
  readonly #channels: Channels<State>;
  /** The watchers of each object. */
  readonly #watched = new Map<string, Watched<State>>();
  /** Watchers that wait for their snapshot. */
  #newcomers = new Map<string, Watcher<State>[]>();
  readonly #timer: NodeJS.Timeout;
  #rereading = false;

  constructor(options: FeedOptions<State>) {
    this.#options = options;
    const { redis, messages, logger } = options;
    this.#channels = new Channels(redis, { messages, onState: (state) => this.#note(state), logger });
    this.#timer = setInterval(() => void this.#reread(), options.rereadEveryMs);
    options.redis.on('ready', this.#onReady);
  }

  /** The number of watched channels. */
  get watched(): number {
    return this.#channels.names().length;
  }

  /** Yields the current state if it is newer than `after`, then newer ones; ends after the final one. */
  watch(channel: string, id: string, after: Cursor | null): Watcher<State> {
    const watched = this.#watched.get(id) ?? { watchers: new Set(), revision: 0 };
    const { watchers } = watched;
    // Start just before the first state of the newest known revision. Otherwise a late message from Redis could show a
    // new watcher a state that others of this process have already left behind.
    const known = { revision: watched.revision, seq: -1 };
    const watcher = new Watcher<State>({
      subject: this.#options.subject,
      onReplaced: this.#options.onReplaced,
      seen: new Map([[id, after !== null && isNewer(after, known) ? after : known]]),
      endsWhenFinal: true,
      release: (self) => {
        this.#channels.leave(channel, self);
        if (watchers.delete(self) && watchers.size === 0) this.#watched.delete(id);
      },
    });
    watchers.add(watcher);
    this.#watched.set(id, watched);
    void this.#channels.join(channel, watcher).then(() => this.#readFor(id, watcher));
    return watcher;
  }

  /** Yields all accepted states on channels of a pattern once this resolves, without a snapshot or an end. */
  async watchAll(pattern: string, accepts?: (state: State) => boolean): Promise<Watcher<State>> {
    const watcher = new Watcher<State>({
      subject: this.#options.subject,
      onReplaced: this.#options.onReplaced,
      accepts,
      endsWhenFinal: false,
      release: (self) => this.#channels.leave(pattern, self),
    });
    // No snapshot makes up for events before Redis has confirmed.
    await this.#channels.join(pattern, watcher);
    return watcher;
  }

  /** Ends all watchers. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#options.redis.off('ready', this.#onReady);
    for (const name of this.#channels.names()) for (const watcher of this.#channels.watchers(name)) watcher.end();
  }

  readonly #onReady = () => {
    this.#channels.resubscribe();
    void this.#reread();
  };

  /** Groups snapshots: thousands of watchers may arrive at once, such as after a restart, and share one query. */
  #readFor(id: string, newcomer: Watcher<State>): void {
    if (this.#newcomers.size === 0) {
      setImmediate(() => {
        const newcomers = this.#newcomers;
        this.#newcomers = new Map();
        // Not fatal: the next re-read tries again.
        this.#read(newcomers).catch((error) =>
          this.#options.logger.warn({ err: error }, 'a snapshot could not be read; trying again'),
        );
      });
    }
    const others = this.#newcomers.get(id);
    if (others === undefined) this.#newcomers.set(id, [newcomer]);
    else others.push(newcomer);
  }

  async #read(watchers: ReadonlyMap<string, Iterable<Watcher<State>>>): Promise<void> {
    const { subject, readStates } = this.#options;
    const gone = new Map(watchers);
    for (const state of await readStates([...watchers.keys()])) {
      const id = subject.idOf(state);
      gone.delete(id);
      this.#note(state);
      for (const watcher of watchers.get(id) ?? []) watcher.push(state);
    }
    for (const watchersOfNone of gone.values()) for (const watcher of watchersOfNone) watcher.end();
  }

  #note(state: State): void {
    const watched = this.#watched.get(this.#options.subject.idOf(state));
    if (watched !== undefined) watched.revision = Math.max(watched.revision, state.revision);
  }

  async #reread(): Promise<void> {
    if (this.#rereading || this.#watched.size === 0) return;
    this.#rereading = true;
    try {
      // Copies, because watchers leave when they get the final state.
      await this.#read(new Map([...this.#watched].map(([id, { watchers }]) => [id, [...watchers]])));
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'watched states could not be re-read; trying again');
    } finally {
      this.#rereading = false;
    }
  }
}
