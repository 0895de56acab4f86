import type { Redis } from '../connections/redis.ts';
import type { Logger } from '../ops/logger.ts';
import { Channels } from './channels.ts';
import { type Cursor, isNewer } from './state.ts';
import { type Subject, Watcher } from './watcher.ts';

export interface FeedOptions<State extends Cursor> {
  /** A connection for nothing but subscriptions. */
  redis: Redis;
  subject: Subject<State>;
  /** The current states from PostgreSQL; those that are gone are left out. */
  readStates: (ids: string[]) => Promise<State[]>;
  logger: Logger;
  /** How often what is watched is re-read, in milliseconds. */
  rereadEveryMs: number;
}

interface Watched<State extends Cursor> {
  watchers: Set<Watcher<State>>;
  /** The newest that came, from PostgreSQL or Redis. What clients say that they have seen does not count. */
  revision: number;
}

/**
 * The states of one kind of thing, for all subscribers of this process: one Redis subscription a thing, however many watch it.
 *
 * Why nobody misses the end: a watcher joins its channel *before* the snapshot is read, so what happens between the two
 * reaches it by Redis; and all that is watched is re-read from PostgreSQL every two seconds, so a publish that was lost
 * (Redis down, a crash between commit and publish, a reconnect) is made up for. Each watcher takes only what is newer
 * than what it has, so these sources may overlap in any order.
 */
export class Feed<State extends Cursor> implements Disposable {
  readonly #options: FeedOptions<State>;
  readonly #channels: Channels<State>;
  /** Who watches what. */
  readonly #watched = new Map<string, Watched<State>>();
  /** Those who wait for their snapshot. */
  #newcomers = new Map<string, Watcher<State>[]>();
  readonly #timer: NodeJS.Timeout;
  #rereading = false;

  constructor(options: FeedOptions<State>) {
    this.#options = options;
    this.#channels = new Channels(options.redis, (state) => this.#note(state), options.logger);
    this.#timer = setInterval(() => void this.#reread(), options.rereadEveryMs);
    options.redis.on('ready', this.#onReady);
  }

  /** Channels that somebody watches. */
  get watched(): number {
    return this.#channels.names().length;
  }

  /** The current state if it is newer than `after`, then newer ones as they come; ends after the final one. */
  watch(channel: string, id: string, after: Cursor | null): Watcher<State> {
    const watched = this.#watched.get(id) ?? { watchers: new Set(), revision: 0 };
    const { watchers } = watched;
    // Just before the first state of the revision that others of this process know already: a late message from Redis could
    // otherwise show a newcomer what they have left behind.
    const known = { revision: watched.revision, seq: -1 };
    const watcher = new Watcher<State>({
      subject: this.#options.subject,
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

  /** Everything on the channels of a pattern once this has resolved, if it is accepted; no snapshot, no end. */
  async watchAll(pattern: string, accepts?: (state: State) => boolean): Promise<Watcher<State>> {
    const watcher = new Watcher<State>({
      subject: this.#options.subject,
      accepts,
      endsWhenFinal: false,
      release: (self) => this.#channels.leave(pattern, self),
    });
    // There is no snapshot that would make up for what happened before Redis confirmed.
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

  /** Thousands may come at once, as after a restart of the server: those of one moment share one query. */
  #readFor(id: string, newcomer: Watcher<State>): void {
    if (this.#newcomers.size === 0) {
      setImmediate(() => {
        const newcomers = this.#newcomers;
        this.#newcomers = new Map();
        // Not the end: the next re-reading tries again.
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
      // Copies: who gets the end leaves.
      await this.#read(new Map([...this.#watched].map(([id, { watchers }]) => [id, [...watchers]])));
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'what is watched could not be re-read; trying again');
    } finally {
      this.#rereading = false;
    }
  }
}
