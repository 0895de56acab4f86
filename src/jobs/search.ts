import type { Database } from '../connections/database.ts';
import { type JobsFilter, listJobs } from './list.ts';

export interface PageHit {
  jobId: string;
  number: number;
  score: number;
  snippet: string;
  highlights: { start: number; end: number }[];
}

export interface PageSearch {
  /** In the syntax of PostgreSQL's websearch_to_tsquery; `prisma/functions/pagehive_query.sql` says what a word is. */
  query: string;
  filter: JobsFilter;
  limit: number;
  /** The last hit seen. */
  after: { score: number; jobId: string; number: number } | null;
}

/** Mark the words in a headline; control characters, which extracted text never holds. */
const startMark = '\u0001';
const endMark = '\u0002';

/** A library of so many pages is read as a whole, and of a larger one so many pages are ranked: nobody goes through more. */
export const enough = 1_000;
/** Pages whose words are read at most, to find these. Reading them costs twenty times finding the page in the index. */
const readAtMost = 5_000;
/** Pages with the words of a phrase that are read at most to find it. */
const phraseCandidates = 2_000;

/** Maximum jobs whose pages are read. */
const newestJobs = 2_000;
/** The same with a filter by name, because finding jobs by name is slower. */
const newestNamed = 20;

/** Returns an expression for fragments of a text in which the words of the query are marked. */
const headline = (text: string) => `ts_headline('pagehive', pagehive_words(${text}), q,
                  'MaxFragments=2, MaxWords=30, MinWords=12, ShortWord=0, FragmentDelimiter=" … ", StartSel=${startMark}, StopSel=${endMark}')`;

/** The jobs whose pages are searched. */
const wanted = `
           j.tenant_id = $1 AND j.status = 'COMPLETED'
       AND ($4::text IS NULL OR strpos(j.name_folded, pagehive_fold($4)) > 0)
       AND ($5::text[] IS NULL OR j.failure_code = ANY($5))
       AND ($6::timestamptz IS NULL OR j.created_at >= $6)
       AND ($7::timestamptz IS NULL OR j.created_at < $7)
       AND ($8::uuid IS NULL OR j.batch_id = $8)`;

/**
 * Finds the pages that contain the words in one of two ways.
 *
 * The first reads the pages of the newest jobs, whose ids are $3. It applies if the filter leaves no other jobs ($13) and they have few
 * pages, or if the words are frequent: it samples every tenth of the newest thousand pages, because neighbours often belong to one
 * document. The second uses the index, which is slow for frequent words and finds the words of a phrase, not the phrase. It groups the
 * pages by job, so that each job is checked once.
 *
 * Both ways then match phrases and rank the pages. Snippets are made only for the returned pages, because one costs as much as ranking
 * thirty. OFFSET 0 prevents other plans: the planner underestimates the cost of reading the words of a page.
 */
const search = `
WITH query AS MATERIALIZED (
    SELECT q, words, CASE WHEN words = q THEN ${enough} ELSE ${phraseCandidates} END AS most
      FROM pagehive_query($2) q, LATERAL (
           SELECT CASE WHEN q::text ~ '<(-|\\d+)>' THEN regexp_replace(querytree(q), '<(-|\\d+)>', '&', 'g')::tsquery ELSE q END
      ) without_order (words)
), newest AS MATERIALIZED (
    SELECT p.*
      FROM unnest($3::uuid[]) WITH ORDINALITY j(id, place),
           LATERAL (SELECT job_id, number, search FROM pages WHERE job_id = j.id OFFSET 0) p
     ORDER BY j.place
     LIMIT ${readAtMost}
), scope AS MATERIALIZED (
    SELECT $13::boolean AND (SELECT count(*) <= ${enough} FROM (SELECT FROM newest LIMIT ${enough} + 1) n) AS whole,
           (SELECT count(*) > 25 FROM (SELECT search, row_number() OVER () AS place FROM newest LIMIT ${enough}) n, query
             WHERE place % 10 = 0 AND n.search @@ words) AS frequent
), near AS MATERIALIZED (
    SELECT n.* FROM newest n, query WHERE (SELECT whole OR frequent FROM scope) AND n.search @@ words
     LIMIT (SELECT most FROM query)
), choice AS MATERIALIZED (
    SELECT whole, NOT whole AND (SELECT count(*) FROM near) < ${enough} AS by_index FROM scope
), far AS MATERIALIZED (
    SELECT p.*
      FROM (SELECT job_id, array_agg(ctid) AS places FROM pages
             WHERE (SELECT by_index FROM choice) AND tenant_id = $1 AND search @@ (SELECT words FROM query)
             GROUP BY job_id
             ORDER BY job_id DESC OFFSET 0) found,
           LATERAL (SELECT FROM jobs j WHERE j.id = found.job_id AND ${wanted} OFFSET 0) j,
           LATERAL (SELECT job_id, number, search FROM pages WHERE ctid = ANY (places) ORDER BY number OFFSET 0) p
     LIMIT (SELECT most FROM query)
), hits AS MATERIALIZED (
    SELECT job_id, number, ts_rank_cd(search, q) AS score
      FROM (SELECT * FROM near WHERE NOT (SELECT by_index FROM choice) UNION ALL SELECT * FROM far) candidates, query
     WHERE q = words OR search @@ q
), shown AS (
    SELECT job_id, number, score FROM hits
     WHERE $9::float4 IS NULL OR score < $9 OR (score = $9 AND (job_id, number) > ($10::uuid, $11::int))
     ORDER BY score DESC, job_id, number
     LIMIT $12
), headlined AS (
    SELECT shown.*,
           CASE WHEN strpos(plain, '${startMark}') > 0 THEN plain ELSE ${headline('pagehive_fold(t.source)')} END AS headline
      FROM query, shown JOIN pages p ON p.job_id = shown.job_id AND p.number = shown.number,
           LATERAL (SELECT left(coalesce(p.searched, p.text), 100000) AS source) t,
           -- In the form of the page; folded only if that form does not contain the words.
           LATERAL (SELECT ${headline('t.source')} AS plain) h
)
SELECT whole OR (by_index AND (SELECT count(*) FROM far) < (SELECT most FROM query)) AS complete,
       job_id AS "jobId", number, score, headline
  FROM choice LEFT JOIN headlined ON true
 ORDER BY score DESC, job_id, number`;

/**
 * Whether a query asks for something that the index can find. One of stop signs and negations alone ("-draft") would
 * have every page read.
 */
export async function isSearchable(database: Database, query: string): Promise<boolean> {
  const [row] = await database.query<{ tree: string }>(`SELECT querytree(pagehive_query($1)) AS tree`, [query]);
  return row !== undefined && row.tree !== '' && row.tree !== 'T';
}

/** Pages of completed jobs that match, best first, and whether no page was left out for there being too many. */
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
  // A plan that has to be good for any filter is bad for most.
  const rows = await database.query<Row>(search, values, { prepared: false });
  const hits = rows.flatMap(({ jobId, number, score, headline }) =>
    jobId === null ? [] : [{ jobId, number, score, ...unmark(headline, query) }],
  );
  return { hits, complete: rows[0]?.complete ?? true };
}

/** A hit; or none, which then is the only row. */
type Row = { complete: boolean } & (
  | { jobId: string; number: number; score: number; headline: string }
  | { jobId: null; number: null; score: null; headline: null }
);

/** What `pagehive_words` has put around signs and letters. */
const apartMark = '\u0003';
const apart = new RegExp(`&_([^;]+);|${apartMark}`, 'g');

/** Words of scripts without spaces between them: they are looked for letter by letter. */
const unspaced = /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Mymr}\p{scx=Khmr}]+/gu;

/** Takes the marks out of a headline and says where they were. */
function unmark(headline: string, query: string): Pick<PageHit, 'snippet' | 'highlights'> {
  let snippet = '';
  let start = 0;
  const marked: PageHit['highlights'] = [];
  for (const part of headline.replace(apart, '$1').split(new RegExp(`([${startMark}${endMark}])`))) {
    const last = marked.at(-1);
    if (part === startMark) start = snippet.length;
    else if (part !== endMark) snippet += part.replace(/\s+/g, ' ');
    // The next letter of the same word.
    else if (last?.end === start) last.end = snippet.length;
    else marked.push({ start, end: snippet.length });
  }
  // A letter of a word is marked also where it stands without the others.
  const words = query.match(unspaced) ?? [];
  const highlights = marked.filter(({ start, end }) => {
    const text = snippet.slice(start, end);
    return text.replace(unspaced, '') !== '' || words.some((word) => text.includes(word));
  });
  return { snippet, highlights };
}
