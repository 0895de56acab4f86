import { type JobFilter, JobUpdatesDocument, type ProgressFragment } from './generated/graphql.ts';
import { isNewer, type Position } from './progress.ts';
import type { Resumable, WatchOptions } from './resume.ts';
import type { Subscribe } from './transport.ts';

export interface JobUpdatesOptions extends WatchOptions {
  /** Only these jobs, plus the event with which a job leaves the filter. */
  filter?: JobFilter;
}

/** Number of jobs whose newest event is remembered, for comparison: the most recently changed ones. */
const rememberedJobs = 10_000;

/** Changes of all jobs while connected, without a snapshot or an end. */
export function jobUpdates(
  subscribe: Subscribe,
  { filter }: Pick<JobUpdatesOptions, 'filter'>,
): Resumable<ProgressFragment> {
  const newest = new Map<string, Position>();
  return {
    async *connect(connection) {
      for await (const { jobUpdates } of subscribe(JobUpdatesDocument, { filter }, connection)) yield jobUpdates;
    },
    take(event) {
      const { jobId, revision, cursor } = event;
      const last = newest.get(jobId);
      if (last !== undefined && !isNewer(event, last)) return false;
      newest.delete(jobId);
      newest.set(jobId, { revision, cursor });
      for (const oldest of newest.keys()) {
        if (newest.size <= rememberedJobs) break;
        newest.delete(oldest);
      }
      return true;
    },
    isLast: () => false,
    endsHere: () => false,
  };
}
