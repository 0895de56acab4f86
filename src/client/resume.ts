import { backoff } from './backoff.ts';
import { isTemporary, ServerUnreachableError } from './errors.ts';
import type { Connection } from './transport.ts';

/** `connected`: what happens now arrives at once. `reconnecting`: it will, later. `done`: nothing more comes. */
export type ConnectionState = 'connected' | 'reconnecting' | 'done';

export interface WatchOptions {
  signal?: AbortSignal;
  /** Called whenever the state changes; with the error that was the reason, if there is one. */
  onState?: (state: ConnectionState, error?: Error) => void;
  /** Connections that may fail one after the other, without an event between them, before giving up. Default: no end. */
  maxTries?: number;
}

/** What a subscription knows about itself that survives its connections. */
export interface Resumable<Event> {
  /** A new connection that goes on where the last one was lost. */
  connect(connection: Connection): AsyncIterable<Event>;
  /** Takes note of an event. False if it is older than what was taken already, or the same. */
  take(event: Event): boolean;
  /** Whether nothing comes after this event. */
  isLast(event: Event): boolean;
  /** The server completed the subscription without a last event: whether that is the end all the same. */
  endsHere(): boolean;
}

/** A connection that stood this long counts as a success, even if nothing happened on it. */
const steadyMs = 10_000;

/**
 * Runs a subscription to its end through lost connections and restarts of the server, with pauses that grow and vary. An
 * abort of either signal ends it: with its reason if it is the one of the options, silently if it is `stop`.
 */
export async function* resume<Event>(
  resumable: Resumable<Event>,
  url: string,
  { signal, onState, maxTries = Number.POSITIVE_INFINITY }: WatchOptions,
  stop: AbortSignal,
): AsyncGenerator<Event, void, undefined> {
  const ending = signal === undefined ? stop : AbortSignal.any([signal, stop]);
  let state: ConnectionState | undefined;
  function tell(next: ConnectionState, error?: Error): void {
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
        tell('connected');
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
        throw new ServerUnreachableError(url, 'it ended the subscription');
      } catch (error) {
        if (performance.now() - connectedAt > steadyMs) tries = 0;
        if (ending.aborted || !(error instanceof Error) || !isTemporary(error) || tries >= maxTries) throw error;
        tell('reconnecting', error);
        await backoff(Math.max(tries, 1), ending);
      }
    }
  } catch (error) {
    if (!ending.aborted && error instanceof Error) failure = error;
    throw error;
  } finally {
    tell('done', failure);
  }
}
