import { useMemo, useSyncExternalStore } from 'react';
import type { Client } from './client.ts';
import type { BatchCountsFragment, JobFilter, ProgressFragment } from './generated/graphql.ts';
import { createJobListStore, type JobList } from './job-list-store.ts';
import { createProgressStore, type ProgressState, unwatched } from './progress-store.ts';

export type { JobList, JobListEntry } from './job-list-store.ts';
export type { ProgressState } from './progress-store.ts';

/**
 * The progress of a job, live, until it is final; nothing while the id is null. The client must be the same in each
 * render: make it once, outside of components.
 */
export function useJobProgress(
  id: string | null | undefined,
  { client }: { client: Client },
): ProgressState<ProgressFragment> {
  const store = useMemo(
    () =>
      id == null
        ? unwatched<ProgressFragment>()
        : createProgressStore<ProgressFragment>((options) => client.jobProgress(id, options)),
    [client, id],
  );
  return useSyncExternalStore(store.subscribe, store.get, store.get);
}

/** The counts of a batch, live, until it is final; otherwise as `useJobProgress`. */
export function useBatchProgress(
  id: string | null | undefined,
  { client }: { client: Client },
): ProgressState<BatchCountsFragment> {
  const store = useMemo(
    () =>
      id == null
        ? unwatched<BatchCountsFragment>()
        : createProgressStore<BatchCountsFragment>((options) => client.batchProgress(id, options)),
    [client, id],
  );
  return useSyncExternalStore(store.subscribe, store.get, store.get);
}

export interface JobListOptions {
  client: Client;
  /** Which jobs; all of yours by default. */
  filter?: JobFilter;
  /** How many at most: 20 by default, up to 100. */
  first?: number;
}

/** Your newest jobs, live: what `jobs` answers, kept up to date by `jobUpdates`. */
export function useJobUpdates({ client, filter, first = 20 }: JobListOptions): JobList {
  // A filter that is written inside a component is another object each time.
  const filterText = JSON.stringify(filter ?? {});
  const store = useMemo(
    () => createJobListStore(client, { filter: JSON.parse(filterText), first }),
    [client, filterText, first],
  );
  return useSyncExternalStore(store.subscribe, store.get, store.get);
}
