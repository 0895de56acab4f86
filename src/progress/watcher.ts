import { type Cursor, isNewer } from './state.ts';

/** How a watcher handles the states it is given. */
export interface Subject<State extends Cursor> {
  /** The object of a state: newer states of an object replace older ones. */
  idOf: (state: State) => string;
  /** Pending states in the same place replace each other. */
  placeOf: (state: State) => string;
  isFinal: (state: State) => boolean;
}

export interface WatcherOptions<State extends Cursor> {
  subject: Subject<State>;
  /** What the subscriber has already seen, by id. */
  seen?: Map<string, Cursor>;
  /** Selects the wanted states; all by default. */
  accepts?: (state: State) => boolean;
  /** Whether the final state of an object ends the watcher. */
  endsWhenFinal: boolean;
  /** Called when a newer state replaces one that the subscriber has not taken. */
  onReplaced?: () => void;
  /** Called once, when no more states can follow. */
  release: (watcher: Watcher<State>) => void;
}

/**
 * Maximum jobs remembered, and states pending, for a subscriber of all jobs: one that stops reading costs only a few
 * megabytes.
 */
const maxKept = 10_000;

/**
 * One subscriber's view. Keeps pending states in order: every transition, and only the newest update between two
 * transitions of a job. So a client that stops reading costs a handful of objects per job.
 *
 * The iterator is written by hand, because an async generator's `finally` does not run when its client disconnects
 * while the generator awaits. SSE and WebSocket both call `return` then.
 */
export class Watcher<State extends Cursor> implements AsyncIterableIterator<State> {
  readonly #options: WatcherOptions<State>;
  readonly #newest: Map<string, Cursor>;
  /** In order of insertion: replacing a value keeps its place. */
  readonly #pending = new Map<string, State>();
  readonly #waiting: ((result: IteratorResult<State>) => void)[] = [];
  #ended = false;

  constructor(options: WatcherOptions<State>) {
    this.#options = options;
    this.#newest = options.seen ?? new Map();
  }

  /** Accepts a state if it is newer than all before it. */
  push(state: State): void {
    if (this.#ended || this.#options.accepts?.(state) === false) return;
    const { subject, endsWhenFinal } = this.#options;
    const id = subject.idOf(state);
    const newest = this.#newest.get(id);
    if (newest === undefined || isNewer(state, newest)) {
      // Reinsert, so that the map is ordered by last use.
      if (this.#newest.size > 1) this.#newest.delete(id);
      this.#newest.set(id, state);
      deleteOldest(this.#newest);
      const waiting = this.#waiting.shift();
      if (waiting) waiting({ value: state, done: false });
      else {
        const place = subject.placeOf(state);
        if (this.#pending.has(place)) this.#options.onReplaced?.();
        this.#pending.set(place, state);
        deleteOldest(this.#pending);
      }
    }
    if (endsWhenFinal && subject.isFinal(state)) this.end();
  }

  /** Ends the watcher; pending states are still delivered. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#options.release(this);
    for (const waiting of this.#waiting.splice(0)) waiting({ value: undefined, done: true });
  }

  next(): Promise<IteratorResult<State>> {
    return new Promise((resolve) => this.take(resolve));
  }

  /**
   * Like `next`, but calls back as soon as there is a state. A thousand watchers of one job are then served one by one
   * while their data is hot; with promises, they would interleave at every `await`.
   */
  take(then: (result: IteratorResult<State>) => void): void {
    for (const [key, state] of this.#pending) {
      this.#pending.delete(key);
      then({ value: state, done: false });
      return;
    }
    if (this.#ended) then({ value: undefined, done: true });
    else this.#waiting.push(then);
  }

  return(): Promise<IteratorResult<State>> {
    this.#pending.clear();
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

function deleteOldest(map: Map<string, unknown>): void {
  if (map.size <= maxKept) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
