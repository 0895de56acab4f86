import type { Database } from '../connections/database.ts';
import type { JobsFilter } from '../jobs/list.ts';
import { countJobsOfBatches, listJobsOfBatches } from './sql/list-batch-jobs.ts';

/** A page of the jobs of a batch, between two item indexes, read from the end if `inverted`. */
export interface BatchPart {
  after: number | null;
  before: number | null;
  limit: number;
  inverted: boolean;
}

/** Returns the ids of the jobs of each batch that match a filter, in reading order. */
export async function listBatchJobs(
  database: Database,
  batchIds: readonly string[],
  filter: JobsFilter,
  { after, before, limit, inverted }: BatchPart,
): Promise<Map<string, string[]>> {
  const values = [...valuesOf(batchIds, filter), after, before, limit];
  const rows = await database.query<{ batchId: string; id: string }>(
    listJobsOfBatches(inverted ? 'DESC' : 'ASC'),
    values,
  );
  const found = new Map(batchIds.map((id): [string, string[]] => [id, []]));
  for (const { batchId, id } of rows) found.get(batchId)?.push(id);
  return found;
}

/** Counts the jobs of each batch that match a filter. */
export async function countBatchJobs(
  database: Database,
  batchIds: readonly string[],
  filter: JobsFilter,
): Promise<Map<string, number>> {
  const rows = await database.query<{ batchId: string; n: number }>(countJobsOfBatches, valuesOf(batchIds, filter));
  return new Map(rows.map(({ batchId, n }) => [batchId, n]));
}

/** Returns the parameters of both statements. A filter for another batch excludes these batches. */
function valuesOf(batchIds: readonly string[], filter: JobsFilter) {
  const { tenantId, batchId = null, statuses, failureCodes, createdAfter = null, createdBefore = null, name } = filter;
  const ids = batchIds.filter((id) => batchId === null || id === batchId);
  const sets = [statuses ? [...statuses] : null, failureCodes ? [...failureCodes] : null];
  return [ids, tenantId, ...sets, createdAfter, createdBefore, name || null];
}
