import type { Database } from '../connections/database.ts';
import { maxUuid, nilUuid } from '../ids.ts';
import { type Job, jobStatuses } from '../job-row/job.ts';
import { maxBatchItems } from './batch-size.ts';
import { explain } from './explain.ts';
import { countByName, listByName, type NamedList } from './find-by-name.ts';
import { countedUpTo, type JobKey } from './list-limits.ts';
import { countByPath, estimateRows, listByPath, type Order, type Path } from './sql/list-jobs.ts';

/** Conditions that all listed jobs meet; null and undefined conditions are ignored. */
export interface JobsFilter {
  tenantId: string;
  statuses?: readonly Job['status'][] | null;
  failureCodes?: readonly string[] | null;
  /** Part of the name, in any case and Unicode form. */
  name?: string | null;
  batchId?: string | null;
  /** Accepted at or after this. */
  createdAfter?: Date | null;
  /** Accepted before this. */
  createdBefore?: Date | null;
}

/** A page of a list, between two keys, read from the end if `inverted`. */
export interface JobsPart {
  after?: JobKey | null;
  before?: JobKey | null;
  limit: number;
  inverted: boolean;
}

/** Returns the keys of the jobs of a page, in reading order. */
export async function listJobs(database: Database, filter: JobsFilter, part: JobsPart): Promise<JobKey[]> {
  const { path, values } = planOf(filter, part);
  const order: Order = part.inverted ? 'ASC' : 'DESC';
  const list = await namedList(database, filter, part, order);
  if (list !== null) return await listByName(database, list, part.limit);
  return await database.query<JobKey & Record<string, unknown>>(listByPath(path, order), values);
}

/**
 * Counts the jobs of a filter: exactly up to `countedUpTo` and within a batch, otherwise by an estimate that reads few
 * rows.
 */
export async function countJobs(database: Database, filter: JobsFilter): Promise<{ count: number; exact: boolean }> {
  const limit = (filter.batchId ? maxBatchItems : countedUpTo) + 1;
  const part = { limit, inverted: false };
  const list = await namedList(database, filter, part, 'DESC');
  if (list !== null) return await countByName(database, list);
  const { path, values } = planOf(filter, part);
  const [{ n } = { n: 0 }] = await database.query<{ n: number }>(countByPath(path), values);
  return n < limit
    ? { count: n, exact: true }
    : { count: Math.max(n, await estimateJobs(database, filter)), exact: false };
}

/**
 * Returns the list whose names are searched. Returns null without a name, and for a batch, all of whose names are
 * compared.
 */
async function namedList(
  database: Database,
  filter: JobsFilter,
  part: JobsPart,
  order: Order,
): Promise<NamedList | null> {
  const { path, values } = planOf(filter, part);
  const { tenantId, name } = filter;
  if (!name || path === 'batch') return null;
  const expected = await estimateJobs(database, filter);
  const estimateAll = () => estimateJobs(database, { tenantId });
  return { path, order, values, tenantId, expected, estimateAll };
}

/** Returns the planner's estimate, without the condition on the name. */
async function estimateJobs(database: Database, filter: JobsFilter): Promise<number> {
  const { tenantId, statuses, failureCodes, createdAfter, createdBefore } = filter;
  const values = [tenantId, createdAfter ?? '-infinity', createdBefore ?? 'infinity'];
  const given = [...new Set(statuses ?? [])];
  const statement = estimateRows({ statuses: given.length, byFailure: Boolean(failureCodes) });
  const plan = await explain(database, statement, [...values, ...(failureCodes ? [[...failureCodes]] : []), ...given]);
  return plan['Plan Rows'];
}

type Values = Parameters<Database['query']>[1];

/** Chooses the index and returns the parameters of the statements. */
function planOf(filter: JobsFilter, part: JobsPart): { path: Path; values: Values } {
  const { tenantId, batchId = null, name = null } = filter;
  const codes = filter.failureCodes ? [...new Set(filter.failureCodes)] : null;
  const given = filter.statuses ? new Set(filter.statuses) : null;
  const statuses = given === null || given.size === jobStatuses.length ? null : [...given];
  const path = batchId !== null ? 'batch' : codes !== null ? 'failure' : statuses !== null ? 'status' : 'all';
  const scanned = path === 'failure' ? (statuses ?? [...jobStatuses]) : statuses;
  const values = [tenantId, scanned, codes, batchId, ...boundsOf(filter, part), part.limit, name];
  return { path, values };
}

/** Returns the exclusive lower and upper bounds of time and id. */
function boundsOf({ createdAfter, createdBefore }: JobsFilter, { after, before }: JobsPart): string[] {
  const low: Bound[] = [{ time: '-infinity', at: Number.NEGATIVE_INFINITY, id: nilUuid }];
  const high: Bound[] = [{ time: 'infinity', at: Number.POSITIVE_INFINITY, id: maxUuid }];
  // No job has the nil UUID, so it separates the jobs of a millisecond from all earlier ones.
  if (createdAfter) low.push(bound(createdAfter, nilUuid));
  if (createdBefore) high.push(bound(createdBefore, nilUuid));
  if (before) low.push(bound(before.createdAt, before.id));
  if (after) high.push(bound(after.createdAt, after.id));
  const lowest = low.reduce((a, b) => (isBelow(a, b) ? b : a));
  const highest = high.reduce((a, b) => (isBelow(b, a) ? b : a));
  return [lowest.time, lowest.id, highest.time, highest.id];
}

interface Bound {
  time: string;
  at: number;
  id: string;
}

function bound(date: Date, id: string): Bound {
  return { time: date.toISOString(), at: date.getTime(), id };
}

function isBelow(a: Bound, b: Bound): boolean {
  return a.at < b.at || (a.at === b.at && a.id < b.id);
}
