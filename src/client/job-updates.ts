import { type JobFilter, JobUpdatesDocument, type ProgressFragment } from './generated/graphql.ts';
import { isNewer, type Position } from './progress.ts';
import type { Resumable, WatchOptions } from './resume.ts';
import type { Subscribe } from './transport.ts';

export interface JobUpdatesOptions extends WatchOptions {
  /** Only these jobs; an event by which one leaves the filter comes too. */
  filter?: JobFilter;
}

/** Jobs whose newest event is kept to compare with: the ones that something happened to last. */
const rememberedJobs = 10_000;

/** What happens to all jobs while connected. There is no snapshot and no end. */
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
