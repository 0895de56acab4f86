import type { Database } from '../connections/database.ts';
import { jobStatuses } from '../job-row/job.ts';
import { countedUpTo, type JobKey } from './list-limits.ts';
import { groupsOf } from './name-groups.ts';
import { estimateGroups, scanAll, scanFirst, scanNames, scanUntilFound, type Wanted } from './sql/list-by-name.ts';
import type { Order, Path } from './sql/list-jobs.ts';

type Values = Parameters<Database['query']>[1];

/** A list whose names are searched. */
export interface NamedList {
  path: Exclude<Path, 'batch'>;
  order: Order;
  /** Parameters of the statements up to the name. */
  values: Values;
  tenantId: string;
  /** Estimated number of jobs without the condition on the name. */
  expected: number;
  /** Estimates the number of all jobs of the tenant. */
  estimateAll(): Promise<number>;
}

/** A row of the searches in `sql/list-by-name.ts`. */
export interface Found {
  /** Number of rows whose names were compared. */
  rows: number;
  hits: number;
  /** Whether the hits are all that exist. */
  whole: boolean;
  /** Keys of the first hits, in order; null without hits, or for a count. */
  ids: string[] | null;
  times: Date[] | null;
  folded: string;
}

/** Number of first rows of a list whose names are compared. They contain any frequent name. */
const first = 1_000;
/** The same if the first rows contain the name too rarely. */
const firstUpTo = [6_000, 12_000];
/** Maximum rows of a list to compare, if these are all its rows. */
const wholeUpTo = 16_000;
/** Maximum names from the index to compare for a count. */
const namesUpTo = 2_000;
/**
 * Maximum names with the rarest group of characters for which a count looks at the index: the names with all groups may
 * be fewer.
 */
const groupUpTo = 10_000;
/** Cost of a name from the index, in rows of a list: of reading it, and of checking the other conditions. */
const costOfName = { read: 1.5, check: 4 };
/**
 * Number of groups of characters to look up, the rarest ones. More groups are slower, because frequent groups have long
 * posting lists.
 */
const rarest = 3;
const unlimited = 2 ** 31 - 1;
/** Minimum matches for an estimate of their share. */
const minMatches = 20;
/** Factor by which an estimate may overstate. */
const overestimate = 1.5;

/** Returns the keys of the first `limit` jobs of a list whose name matches. */
export async function listByName(database: Database, list: NamedList, limit: number): Promise<JobKey[]> {
  let found = await findNear(database, list, 'keys');
  if (!found.whole && found.hits < limit) found = await findFar(database, list, found, limit);
  const { ids, times } = found;
  return (ids ?? []).map((id, n) => {
    const createdAt = times?.[n];
    if (createdAt === undefined) throw new Error('a search for a name returned a job without its time');
    return { id, createdAt };
  });
}

/**
 * Finds the matches that the first rows do not contain: in further rows if these should suffice, otherwise by the index
 * of names, or if the name is frequent, by the names of all rows up to the last wanted match.
 */
async function findFar(database: Database, list: NamedList, near: Found, limit: number): Promise<Found> {
  const { path, order, values } = list;
  const { query, expected } = await rarestGroups(database, list, near.folded);
  const needed = (overestimate * limit * near.rows) / near.hits;
  const more = firstUpTo.find((rows) => needed < rows && rows < expected * costOfName.read);
  if (more !== undefined) {
    const found = await find(database, scanFirst(path, order, 'keys', more), values);
    if (found.whole || found.hits >= limit) return found;
  }
  const all = Math.max(1, list.expected, await list.estimateAll());
  const checked = Math.min(expected, (limit * all) / Math.max(1, list.expected));
  if (expected * costOfName.read + checked * costOfName.check < list.expected)
    return await find(database, scanNames(path, order, 'keys', unlimited), [...values, query]);
  if (path !== 'all') return await find(database, scanUntilFound(path, order), values);
  const byStatus = values.map((value, n) => (n === 1 ? [...jobStatuses] : value));
  return await find(database, scanUntilFound('status', order), byStatus);
}

/**
 * Counts the jobs of a list whose name matches. The count is exact if a short list or a few names decide it. Otherwise
 * it is an estimate: from the share of matches among the first rows if these have many.
 */
export async function countByName(database: Database, list: NamedList): Promise<{ count: number; exact: boolean }> {
  const near = await findNear(database, list, 'count');
  if (near.whole) return { count: near.hits, exact: true };
  const sampled = { count: Math.round((near.hits / near.rows) * list.expected), exact: false };
  if (near.hits >= minMatches && sampled.count > overestimate * countedUpTo) return sampled;
  const { query, expected } = await rarestGroups(database, list, near.folded);
  if (expected <= groupUpTo) {
    const named = await find(database, scanNames(list.path, list.order, 'count', namesUpTo), [...list.values, query]);
    if (named.whole) return { count: named.hits, exact: true };
  }
  return near.hits >= minMatches
    ? sampled
    : { count: await estimateRare(database, list, near, expected), exact: false };
}

/**
 * Estimates the matches of a name that is rare among the first rows of a list, from its frequency among all names. The
 * first and last rows of the list limit the estimate: the list has at least as many matches as they do, and its share
 * of matches is not far above theirs.
 */
async function estimateRare(database: Database, list: NamedList, near: Found, names: number): Promise<number> {
  const end = await find(
    database,
    scanFirst(list.path, list.order === 'DESC' ? 'ASC' : 'DESC', 'count', first),
    list.values,
  );
  const hits = near.hits + end.hits;
  const most = ((hits + 3) * list.expected) / (near.rows + end.rows);
  const all = Math.max(1, list.expected, await list.estimateAll());
  return Math.max(hits, Math.round(Math.min(most, (names * list.expected) / all)));
}

/** Compares all names of a short list, or the names of the first rows of a longer one. */
async function findNear(database: Database, list: NamedList, wanted: Wanted): Promise<Found> {
  const { path, order, values, expected } = list;
  if (expected <= wholeUpTo) {
    const all = await find(database, scanAll(path, order, wanted, overestimate * wholeUpTo), values);
    if (all.whole) return all;
  }
  return await find(database, scanFirst(path, order, wanted, first), values);
}

async function find(database: Database, statement: string, values: Values): Promise<Found> {
  const [found] = await database.query<Found & Record<string, unknown>>(statement, values);
  if (found === undefined) throw new Error('a search for a name returned no row');
  return found;
}

/**
 * Returns the rarest groups of characters of a name, and how many names the planner expects to contain the rarest one.
 */
async function rarestGroups(database: Database, list: NamedList, folded: string) {
  const groups = groupsOf(list.tenantId, folded);
  const [row] = await database.query<{ estimates: number[] | null }>(estimateGroups, [groups]);
  const rated = groups.map((query, n) => ({ query, names: row?.estimates?.[n] ?? 0 }));
  rated.sort((a, b) => a.names - b.names);
  return {
    query: rated
      .slice(0, rarest)
      .map(({ query }) => query)
      .join(' & '),
    expected: rated[0]?.names ?? 0,
  };
}
