import { backoff } from './backoff.ts';
import { isTemporary, ServerUnreachableError } from './errors.ts';
import type { Connection } from './transport.ts';

/** `connected`: events arrive immediately. `reconnecting`: they will arrive later. `done`: no more follow. */
export type ConnectionState = 'connected' | 'reconnecting' | 'done';

export interface WatchOptions {
  signal?: AbortSignal;
  /** Called on each change of state, with the error that caused it, if any. */
  onState?: (state: ConnectionState, error?: Error) => void;
  /** Maximum consecutive failed connections without an event. Default: unlimited. */
  maxTries?: number;
}

/** The state of a subscription that survives its connections. */
export interface Resumable<Event> {
  /** Opens a connection that continues where the last one was lost. */
  connect(connection: Connection): AsyncIterable<Event>;
  /** Records an event; returns false for duplicates and older ones. */
  take(event: Event): boolean;
  /** Whether nothing follows this event. */
  isLast(event: Event): boolean;
  /** Whether completion by the server without a final event is the end. */
  endsHere(): boolean;
}

/** A connection that lasted this long counts as a success, even without an event. */
const steadyMs = 10_000;

/**
 * Runs a subscription to its end despite lost connections and server restarts, with exponential backoff. An abort of
 * either signal ends it: the signal of the options with its reason, `stop` silently.
 */
export async function* resume<Event>(
  resumable: Resumable<Event>,
  url: string,
  { signal, onState, maxTries = Number.POSITIVE_INFINITY }: WatchOptions,
  stop: AbortSignal,
): AsyncGenerator<Event, void, undefined> {
  const ending = signal === undefined ? stop : AbortSignal.any([signal, stop]);
  let state: ConnectionState | undefined;
  function report(next: ConnectionState, error?: Error): void {
    if (state === next) return;
    state = next;
    onState?.(next, error);
  }
  let failure: Error | undefined;
  try {
    for (let tries = 1; ; tries++) {
      let connectedAt = Number.POSITIVE_INFINITY;
      function onConnected(): void {
        connectedAt = performance.now();
        report('connected');
      }
      try {
        ending.throwIfAborted();
        for await (const event of resumable.connect({ signal: ending, onConnected })) {
          if (!resumable.take(event)) continue;
          tries = 0;
          const last = resumable.isLast(event);
          yield event;
          if (last) return;
        }
        if (resumable.endsHere()) return;
        throw new ServerUnreachableError(url, 'the server ended the subscription');
      } catch (error) {
        if (performance.now() - connectedAt > steadyMs) tries = 0;
        if (ending.aborted || !(error instanceof Error) || !isTemporary(error) || tries >= maxTries) throw error;
        report('reconnecting', error);
        await backoff(Math.max(tries, 1), ending);
      }
    }
  } catch (error) {
    if (!ending.aborted && error instanceof Error) failure = error;
    throw error;
  } finally {
    report('done', failure);
  }
}
