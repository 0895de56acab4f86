import { useMemo, useSyncExternalStore } from 'react';
import type { Client } from './client.ts';
import type { BatchCountsFragment, JobFilter, ProgressFragment } from './generated/graphql.ts';
import { createJobListStore, type JobList } from './job-list-store.ts';
import { createProgressStore, type ProgressState, unwatched } from './progress-store.ts';

export type { JobList, JobListEntry } from './job-list-store.ts';
export type { ProgressState } from './progress-store.ts';

/**
 * The live progress of a job until it is final; nothing while the id is null. Create the client once, outside of
 * components: it must be the same in each render.
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

/** The live counts of a batch until it is final; otherwise like `useJobProgress`. */
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
  /** Which jobs; all by default. */
  filter?: JobFilter;
  /** Maximum number of jobs: 20 by default, up to 100. */
  first?: number;
}

/** Your newest jobs, live: the result of `jobs`, kept up to date by `jobUpdates`. */
export function useJobUpdates({ client, filter, first = 20 }: JobListOptions): JobList {
  // A filter written inline in a component is a new object in each render.
  const filterText = JSON.stringify(filter ?? {});
  const store = useMemo(
    () => createJobListStore(client, { filter: JSON.parse(filterText), first }),
    [client, filterText, first],
  );
  return useSyncExternalStore(store.subscribe, store.get, store.get);
}
