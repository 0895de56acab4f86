import type { Database } from '../connections/database.ts';
import type { Job } from './job.ts';

export interface PageHit {
  jobId: string;
  number: number;
  score: number;
  snippet: string;
  highlights: { start: number; end: number }[];
}

export interface PageSearch {
  tenantId: string;
  /** In the syntax of PostgreSQL's websearch_to_tsquery. */
  query: string;
  filter: {
    status?: Job['status'][] | null;
    name?: string | null;
    failureCode?: string[] | null;
    createdAfter?: Date | null;
    createdBefore?: Date | null;
  };
  limit: number;
  /** The last hit seen. */
  after: { score: number; jobId: string; number: number } | null;
}

/** Mark the words in a headline; control characters, which extracted text never holds. */
const startMark = '\u0001';
const endMark = '\u0002';

/** Matches that are ranked at most: of a word that is on a million pages any ten thousand are as good. */
export const rankedAtMost = 10_000;

/** Ranks the matches, then makes snippets only of those that are shown: making one costs a hundred times ranking one. */
const search = `
WITH matches AS MATERIALIZED (
    SELECT p.job_id, p.number, p.search, q
      FROM websearch_to_tsquery('pagehive', $2) q
      JOIN pages p ON p.search @@ q AND p.tenant_id = $1
      JOIN jobs j ON j.id = p.job_id AND j.status = 'COMPLETED'
     WHERE ($3::text[] IS NULL OR j.status::text = ANY($3))
       AND ($4::text IS NULL OR strpos(lower(j.name), lower($4)) > 0)
       AND ($5::text[] IS NULL OR j.failure_code = ANY($5))
       AND ($6::timestamptz IS NULL OR j.created_at >= $6)
       AND ($7::timestamptz IS NULL OR j.created_at < $7)
     LIMIT ${rankedAtMost}
), hits AS MATERIALIZED (
    SELECT job_id, number, ts_rank_cd(search, q) AS score FROM matches
), shown AS (
    SELECT * FROM hits
     WHERE $8::float4 IS NULL OR score < $8 OR (score = $8 AND (job_id, number) > ($9::uuid, $10::int))
     ORDER BY score DESC, job_id, number
     LIMIT $11
)
SELECT shown.job_id AS "jobId", shown.number, shown.score,
       ts_headline('pagehive', p.text, websearch_to_tsquery('pagehive', $2),
                   'MaxFragments=2, MaxWords=30, MinWords=12, FragmentDelimiter=" … ", StartSel=${startMark}, StopSel=${endMark}') AS headline
  FROM shown JOIN pages p ON p.job_id = shown.job_id AND p.number = shown.number
 ORDER BY shown.score DESC, shown.job_id, shown.number`;

/**
 * Whether a query asks for something that the index can find. One of stop signs and negations alone ("-draft") would
 * have every page read.
 */
export async function isSearchable(database: Database, query: string): Promise<boolean> {
  const [row] = await database.query<{ tree: string }>(
    `SELECT querytree(websearch_to_tsquery('pagehive', $1)) AS tree`,
    [query],
  );
  return row !== undefined && row.tree !== '' && row.tree !== 'T';
}

/** Pages of completed jobs that match, best first. */
export async function searchPages(
  database: Database,
  { tenantId, query, filter, limit, after }: PageSearch,
): Promise<PageHit[]> {
  const rows = await database.query<{ jobId: string; number: number; score: number; headline: string }>(search, [
    tenantId,
    query,
    filter.status ?? null,
    filter.name ?? null,
    filter.failureCode ?? null,
    filter.createdAfter ?? null,
    filter.createdBefore ?? null,
    after?.score ?? null,
    after?.jobId ?? null,
    after?.number ?? null,
    limit,
  ]);
  return rows.map(({ headline, ...hit }) => ({ ...hit, ...unmark(headline) }));
}

/** Takes the marks out of a headline and says where they were. */
function unmark(headline: string): Pick<PageHit, 'snippet' | 'highlights'> {
  let snippet = '';
  let start = 0;
  const highlights: PageHit['highlights'] = [];
  for (const part of headline.split(new RegExp(`([${startMark}${endMark}])`))) {
    if (part === startMark) start = snippet.length;
    else if (part === endMark) highlights.push({ start, end: snippet.length });
    else snippet += part.replace(/\s+/g, ' ');
  }
  return { snippet, highlights };
}

/** Jobs of a tenant by id. */
export async function readJobs(database: Database, tenantId: string, ids: string[]): Promise<Map<string, Job>> {
  const jobs = await database.prisma.job.findMany({ where: { tenantId, id: { in: ids } } });
  return new Map(jobs.map((job) => [job.id, job]));
}
