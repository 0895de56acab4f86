import type { Resumable, WatchOptions } from './resume.ts';
import type { Connection } from './transport.ts';

export interface ProgressOptions extends WatchOptions {
  /** The cursor of the last event you have: only what is newer comes. */
  after?: string;
}

/** Where an event stands among those of the same job or batch. */
export interface Position {
  revision: number;
  cursor: string;
}

/** What is watched to its end: each connection goes on after the newest event so far. */
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
    // Without an event after `after` there are two reasons: it was final by then, or the server shuts down. A server that
    // shuts down doesn't do so twice.
    endsHere: () => last === undefined && after !== undefined && ++emptyEnds === 2,
  };
}

/** Of two events with the same revision the server sends the later one later. */
export function isNewer(event: Position, last: Position): boolean {
  return event.revision > last.revision || (event.revision === last.revision && event.cursor !== last.cursor);
}
