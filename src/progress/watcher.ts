import { type Cursor, isFinal, isNewer, type ProgressState } from './state.ts';

export interface WatcherOptions {
  /** What the subscriber has seen already, by job. */
  seen?: Map<string, Cursor>;
  /** Which states it wants; all by default. */
  accepts?: (state: ProgressState) => boolean;
  /** Whether a job's final state is the end of it all. */
  endsWithJob: boolean;
  /** Called once, when nothing more can come. */
  release: (watcher: Watcher) => void;
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
export class Watcher implements AsyncIterableIterator<ProgressState> {
  readonly #options: WatcherOptions;
  readonly #newest: Map<string, Cursor>;
  /** Setting a key that is there already keeps its place. */
  readonly #pending = new Map<string, ProgressState>();
  readonly #waiting: ((result: IteratorResult<ProgressState>) => void)[] = [];
  #ended = false;

  constructor(options: WatcherOptions) {
    this.#options = options;
    this.#newest = options.seen ?? new Map();
  }

  /** Takes a state if it is newer than all before it. */
  push(state: ProgressState): void {
    if (this.#ended || this.#options.accepts?.(state) === false) return;
    const newest = this.#newest.get(state.jobId);
    if (newest === undefined || isNewer(state, newest)) {
      // Anew, so that the order is by last use.
      this.#newest.delete(state.jobId);
      this.#newest.set(state.jobId, { revision: state.revision, seq: state.seq });
      forgetOldest(this.#newest);
      const waiting = this.#waiting.shift();
      if (waiting) waiting({ value: state, done: false });
      else this.#pending.set(`${state.jobId} ${state.revision} ${state.seq === 0 ? 'transition' : 'update'}`, state);
      forgetOldest(this.#pending);
    }
    if (this.#options.endsWithJob && isFinal(state)) this.end();
  }

  /** Nothing more comes; what is pending is still delivered. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#options.release(this);
    for (const waiting of this.#waiting.splice(0)) waiting({ value: undefined, done: true });
  }

  next(): Promise<IteratorResult<ProgressState>> {
    for (const [key, state] of this.#pending) {
      this.#pending.delete(key);
      return Promise.resolve({ value: state, done: false });
    }
    if (this.#ended) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  return(): Promise<IteratorResult<ProgressState>> {
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
