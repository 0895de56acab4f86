import { JobProgressDocument, type ProgressFragment } from './generated/graphql.ts';
import type { Resumable, WatchOptions } from './resume.ts';
import type { Subscribe } from './transport.ts';

export interface JobProgressOptions extends WatchOptions {
  /** The cursor of the last event you have: only what is newer comes. */
  after?: string;
}

/** The progress of a job until it is final: its current state, then every change, each newer than the one before. */
export function jobProgress(
  subscribe: Subscribe,
  id: string,
  { after }: Pick<JobProgressOptions, 'after'>,
): Resumable<ProgressFragment> {
  let last: ProgressFragment | undefined;
  let emptyEnds = 0;
  return {
    async *connect(connection) {
      const variables = { id, after: last?.cursor ?? after };
      for await (const { jobProgress } of subscribe(JobProgressDocument, variables, connection)) yield jobProgress;
    },
    take(event) {
      if (last !== undefined && !isNewer(event, last)) return false;
      last = event;
      return true;
    },
    isLast: isFinal,
    // Without an event after `after` there are two reasons: the job was final by then, or the server shuts down. A server
    // that shuts down doesn't do so twice.
    endsHere: () => last === undefined && after !== undefined && ++emptyEnds === 2,
  };
}

/** Of two events with the same revision the server sends the later one later. */
export function isNewer(event: ProgressFragment, last: Pick<ProgressFragment, 'revision' | 'cursor'>): boolean {
  return event.revision > last.revision || (event.revision === last.revision && event.cursor !== last.cursor);
}

/** COMPLETED, FAILED and CANCELLED are final: nothing comes after them. */
export function isFinal({ status }: Pick<ProgressFragment, 'status'>): boolean {
  return status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED';
}
