import type { Database } from '../connections/database.ts';
import { type JobsFilter, listJobs } from './list.ts';
import { endMark, search, startMark } from './sql/search-pages.ts';

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

/** Maximum jobs whose pages are read. */
const newestJobs = 2_000;
/** The same with a filter by name, because finding jobs by name is slower. */
const newestNamed = 20;

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
  const rows = await database.query<PageHitRow>(search, values, { prepared: false });
  const hits = rows.flatMap(({ jobId, number, score, headline }) =>
    jobId === null ? [] : [{ jobId, number, score, ...unmark(headline, query) }],
  );
  return { hits, complete: rows[0]?.complete ?? true };
}

/** A hit; or none, which then is the only row. */
export type PageHitRow = { complete: boolean } & (
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
