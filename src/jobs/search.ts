import type { Database } from '../connections/database.ts';
import { type JobsFilter, listJobs } from './list.ts';
import { type Snippet, snippetOf } from './snippet.ts';
import { search } from './sql/search-pages.ts';

export interface PageHit extends Snippet {
  jobId: string;
  number: number;
  score: number;
}

export interface PageSearch {
  /** In the syntax of PostgreSQL's websearch_to_tsquery. `prisma/functions/pagehive_query.sql` defines a word. */
  query: string;
  filter: JobsFilter;
  limit: number;
  /** The last hit of the previous page. */
  after: { score: number; jobId: string; number: number } | null;
}

/** Maximum jobs whose pages are read. */
const newestJobs = 2_000;
/** The same with a filter by name, because finding jobs by name is slower. */
const newestNamed = 20;

/**
 * Whether the index can find anything for a query. A query of only stop signs and negations ("-draft") would have every
 * page read.
 */
export async function isSearchable(database: Database, query: string): Promise<boolean> {
  const [row] = await database.query<{ tree: string }>(`SELECT querytree(pagehive_query($1)) AS tree`, [query]);
  return row !== undefined && row.tree !== '' && row.tree !== 'T';
}

/** Returns matching pages of completed jobs, best first, and whether all pages were considered. */
export async function searchPages(
  database: Database,
  { query, filter, limit, after }: PageSearch,
): Promise<{ hits: PageHit[]; complete: boolean }> {
  if (filter.statuses && !filter.statuses.includes('COMPLETED')) return { hits: [], complete: true };
  const most = filter.name ? newestNamed : newestJobs;
  const newest = await listJobs(database, { ...filter, statuses: ['COMPLETED'] }, { limit: most, inverted: false });
  const values = [
    filter.tenantId,
    query,
    newest.map(({ id }) => id),
    filter.name || null,
    filter.failureCodes ? [...filter.failureCodes] : null,
    filter.createdAfter ?? null,
    filter.createdBefore ?? null,
    filter.batchId ?? null,
    after?.score ?? null,
    after?.jobId ?? null,
    after?.number ?? null,
    limit,
    newest.length < most,
  ];
  // A plan that suits any filter is bad for most.
  const rows = await database.query<PageHitRow>(search, values, { prepared: false });
  const hits = rows.flatMap(({ jobId, number, score, headline, source }) =>
    jobId === null ? [] : [{ jobId, number, score, ...snippetOf(headline, source, query) }],
  );
  return { hits, complete: rows[0]?.complete ?? true };
}

/** A hit, or the only row of a search without hits. */
export type PageHitRow = { complete: boolean } & (
  | { jobId: string; number: number; score: number; headline: string; source: string | null }
  | { jobId: null; number: null; score: null; headline: null; source: null }
);
