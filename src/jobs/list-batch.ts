import type { Database } from '../connections/database.ts';
import type { JobsFilter } from './list.ts';
import { countJobsOfBatches, listJobsOfBatches } from './sql/list-batch-jobs.ts';

/** A part of the jobs of a batch: what comes after and before these items, read from its end if `inverted`. */
export interface BatchPart {
  after: number | null;
  before: number | null;
  limit: number;
  inverted: boolean;
}

/** The ids of the jobs of each batch that a filter finds, in the order in which they are read. */
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

/** How many jobs of each batch a filter finds. */
export async function countBatchJobs(
  database: Database,
  batchIds: readonly string[],
  filter: JobsFilter,
): Promise<Map<string, number>> {
  const rows = await database.query<{ batchId: string; n: number }>(countJobsOfBatches, valuesOf(batchIds, filter));
  return new Map(rows.map(({ batchId, n }) => [batchId, n]));
}

/** A filter for another batch leaves none of these. */
function valuesOf(batchIds: readonly string[], filter: JobsFilter) {
  const { tenantId, batchId = null, statuses, failureCodes, createdAfter = null, createdBefore = null, name } = filter;
  const ids = batchIds.filter((id) => batchId === null || id === batchId);
  const sets = [statuses ? [...statuses] : null, failureCodes ? [...failureCodes] : null];
  return [ids, tenantId, ...sets, createdAfter, createdBefore, name || null];
}
