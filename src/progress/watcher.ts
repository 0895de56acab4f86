import { type Cursor, isNewer } from './state.ts';

/** What a watcher has to know of the states that it is given. */
export interface Subject<State extends Cursor> {
  /** What the state is of: newer states of the same replace older ones. */
  idOf: (state: State) => string;
  /** States that wait in the same place replace each other. */
  placeOf: (state: State) => string;
  isFinal: (state: State) => boolean;
}

export interface WatcherOptions<State extends Cursor> {
  subject: Subject<State>;
  /** What the subscriber has seen already, by id. */
  seen?: Map<string, Cursor>;
  /** Which states it wants; all by default. */
  accepts?: (state: State) => boolean;
  /** Whether a final state is the end of it all. */
  endsWhenFinal: boolean;
  /** Called once, when nothing more can come. */
  release: (watcher: Watcher<State>) => void;
}

/** Jobs that one subscriber of all jobs keeps in mind, and states that wait for it: so one that reads nothing for days costs megabytes, not all there is. */
const mostKept = 10_000;

/**
 * One subscriber's view. What it hasn't taken yet is kept in the order of the states: every transition, and between two
 * transitions of a job only the newest update, so a client that reads nothing costs a handful of objects a job.
 *
 * An iterator written by hand: an async generator's `finally` never runs when its client goes away while the generator
 * awaits, and `return` is what both SSE and WebSocket call then.
 */
export class Watcher<State extends Cursor> implements AsyncIterableIterator<State> {
  readonly #options: WatcherOptions<State>;
  readonly #newest: Map<string, Cursor>;
  /** Setting a key that is there already keeps its place. */
  readonly #pending = new Map<string, State>();
  readonly #waiting: ((result: IteratorResult<State>) => void)[] = [];
  #ended = false;

  constructor(options: WatcherOptions<State>) {
    this.#options = options;
    this.#newest = options.seen ?? new Map();
  }

  /** Takes a state if it is newer than all before it. */
  push(state: State): void {
    if (this.#ended || this.#options.accepts?.(state) === false) return;
    const { subject, endsWhenFinal } = this.#options;
    const id = subject.idOf(state);
    const newest = this.#newest.get(id);
    if (newest === undefined || isNewer(state, newest)) {
      // Anew, so that the order is by last use.
      if (this.#newest.size > 1) this.#newest.delete(id);
      this.#newest.set(id, state);
      forgetOldest(this.#newest);
      const waiting = this.#waiting.shift();
      if (waiting) waiting({ value: state, done: false });
      else {
        this.#pending.set(subject.placeOf(state), state);
        forgetOldest(this.#pending);
      }
    }
    if (endsWhenFinal && subject.isFinal(state)) this.end();
  }

  /** Nothing more comes; what is pending is still delivered. */
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
   * As `next`, but it calls back, the moment there is a state. So a thousand watchers of one job are served one after the other,
   * each while its own data is at hand; with promises all of them take turns at every `await`.
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

function forgetOldest(map: Map<string, unknown>): void {
  if (map.size <= mostKept) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
