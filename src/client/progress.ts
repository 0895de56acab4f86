import type { Resumable, WatchOptions } from './resume.ts';
import type { Connection } from './transport.ts';

export interface ProgressOptions extends WatchOptions {
  /** The cursor of the last event you have; only newer ones are sent. */
  after?: string;
}

/** The position of an event among those of a job or batch. */
export interface Position {
  revision: number;
  cursor: string;
}

/** A subscription with an end: each connection continues after the newest event so far. */
export function untilFinal<Event extends Position>(
  after: string | undefined,
  isLast: (event: Event) => boolean,
  connect: (after: string | undefined, connection: Connection) => AsyncIterable<Event>,
): Resumable<Event> {
  let last: Event | undefined;
  let emptyEnds = 0;
  return {
    connect: (connection) => connect(last?.cursor ?? after, connection),
    take(event) {
      if (last !== undefined && !isNewer(event, last)) return false;
      last = event;
      return true;
    },
    isLast,
    // An end without an event newer than `after` has two possible causes: the state was final, or the server shuts
    // down. A server that shuts down does so only once.
    endsHere: () => last === undefined && after !== undefined && ++emptyEnds === 2,
  };
}

/** Relies on the server sending events of one revision in order. */
export function isNewer(event: Position, last: Position): boolean {
  return event.revision > last.revision || (event.revision === last.revision && event.cursor !== last.cursor);
}
