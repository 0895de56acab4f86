import type { Client } from './client.ts';
import { isTemporary } from './errors.ts';
import type { JobFilter, JobFragment, ProgressFragment } from './generated/graphql.ts';
import type { ConnectionState } from './resume.ts';
import { createStore, type Store } from './store.ts';

/** The fields that `jobs` and `jobUpdates` share. */
export type JobListEntry = Pick<
  JobFragment,
  | 'id'
  | 'revision'
  | 'name'
  | 'status'
  | 'stage'
  | 'progressPercentage'
  | 'pagesDone'
  | 'pagesTotal'
  | 'retryCount'
  | 'nextRetryAt'
  | 'queuePosition'
  | 'estimatedCompletion'
  | 'estimatedCompletionEarliest'
  | 'estimatedCompletionLatest'
  | 'failure'
>;

export interface JobList {
  /** Newest first. */
  jobs: JobListEntry[];
  state: 'connecting' | ConnectionState;
  error: Error | null;
}

/** Minimum pause between two queries of the list, because changes come in bursts. */
const queryEveryMs = 1_000;

/**
 * The newest jobs of a filter. The list is queried on each connection, and when an event shows that a job may have
 * entered or left it; other events only update the jobs in it.
 */
export function createJobListStore(client: Client, list: { filter: JobFilter; first: number }): Store<JobList> {
  const nothingYet: JobList = { jobs: [], state: 'connecting', error: null };
  return createStore(nothingYet, (update) => {
    const stop = new AbortController();
    let jobs: JobListEntry[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isQuerying = false;
    let again = false;

    async function query(): Promise<void> {
      if (isQuerying) {
        // The running query may have been answered before the change that requested this one.
        again = true;
        return;
      }
      isQuerying = true;
      again = false;
      try {
        const { nodes } = await client.jobs(list, { signal: stop.signal });
        const known = new Map(jobs.map((job) => [job.id, job]));
        jobs = nodes.map((job) => newerOf(job, known.get(job.id)));
        update({ jobs, error: null });
      } catch (error) {
        if (stop.signal.aborted || !(error instanceof Error)) return;
        update({ error });
        again = isTemporary(error);
      } finally {
        isQuerying = false;
        if (again) querySoon();
      }
    }
    function querySoon(): void {
      timer ??= setTimeout(() => {
        timer = undefined;
        if (!stop.signal.aborted) void query();
      }, queryEveryMs);
    }
    function take(event: ProgressFragment): void {
      const index = jobs.findIndex(({ id }) => id === event.jobId);
      const known = jobs[index];
      const stays = !isOutside(list.filter, event);
      if ((known === undefined) === stays) querySoon();
      if (known === undefined || known.revision > event.revision) return;
      jobs = stays ? jobs.with(index, entryOf(event)) : jobs.toSpliced(index, 1);
      update({ jobs });
    }
    const subscription = client
      .jobUpdates({
        filter: list.filter,
        onState(state, error) {
          if (stop.signal.aborted) return;
          update({ state, error: error ?? null });
          if (state !== 'connected') return;
          void query();
          // Query again: the subscription may become active shortly after the first query was answered.
          querySoon();
        },
      })
      .subscribe({ next: take, error: () => undefined });
    return () => {
      stop.abort();
      clearTimeout(timer);
      subscription.unsubscribe();
    };
  });
}

/** Within a revision, rows lag about a second behind events, whose percentage never falls. */
function newerOf(row: JobListEntry, known: JobListEntry | undefined): JobListEntry {
  if (known === undefined || row.revision > known.revision) return row;
  return row.revision === known.revision && row.progressPercentage >= known.progressPercentage ? row : known;
}

/** Whether the filter excludes the job. */
function isOutside({ status }: JobFilter, event: ProgressFragment): boolean {
  return status != null && !status.includes(event.status);
}

function entryOf({ jobId, ...event }: ProgressFragment): JobListEntry {
  return { id: jobId, ...event };
}
