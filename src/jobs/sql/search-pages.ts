import { passageMark } from '../../results/searched-text.ts';

/** Control characters around the words in a headline. Extracted text never contains them. */
export const startMark = '\u0001';
export const endMark = '\u0002';
/** Separates the fragments of a headline. Folding replaces the ellipsis, so a folded text never contains it. */
export const fragmentDelimiter = ' \u2026 ';

/** Maximum pages that are ranked. Libraries of up to this many pages are read completely. */
export const enough = 1_000;
/**
 * Maximum pages to read to find these. Reading the words of a page costs twenty times as much as finding it in the
 * index.
 */
const readAtMost = 5_000;
/** Maximum pages with the words of a phrase to read to find the phrase. */
const phraseCandidates = 2_000;

/** Returns an expression for the words of a text. */
const wordsOf = (text: string) => `to_tsvector('pagehive', pagehive_words(pagehive_fold(${text})))`;

/** Returns an expression for fragments of a text in which the words of the query are marked. */
const headline = (text: string) => `ts_headline('pagehive', pagehive_words(${text}), marked,
                  'MaxFragments=2, MaxWords=30, MinWords=12, ShortWord=0, FragmentDelimiter="${fragmentDelimiter}", StartSel=${startMark}, StopSel=${endMark}')`;

/** Condition: the job of a page is searched. */
const wanted = `
           j.tenant_id = $1 AND j.status = 'COMPLETED'
       AND ($4::text IS NULL OR strpos(j.name_folded, pagehive_fold($4)) > 0)
       AND ($5::text[] IS NULL OR j.failure_code = ANY($5))
       AND ($6::timestamptz IS NULL OR j.created_at >= $6)
       AND ($7::timestamptz IS NULL OR j.created_at < $7)
       AND ($8::uuid IS NULL OR j.batch_id = $8)`;

/**
 * Finds the pages of completed jobs that contain the words, best first, in one of two ways.
 *
 * The first reads the pages of the newest jobs, whose ids are $3. It applies if the filter leaves no other jobs ($13)
 * and they have few pages, or if the words are frequent. To decide that, it samples every tenth of the newest thousand
 * pages, because neighbours often belong to one document. The second uses the index, which is slow for frequent words
 * and finds the words of a phrase, not the phrase. It groups the pages by job, so that each job is checked once.
 *
 * Both ways then match phrases and rank the pages. Snippets are made only for the returned pages, because one costs as
 * much as ranking thirty. OFFSET 0 prevents other plans: the planner underestimates the cost of reading the words of a
 * page.
 *
 * Parameters: $1 tenant, $2 query, $3 newest jobs; the filter: $4 part of the name, $5 failure codes, $6 and $7 bounds
 * of the creation time, $8 batch; $9–$11 score, job and page of the last hit of the previous page, or null; $12 maximum
 * hits; $13 whether $3 are all jobs.
 * Returns: a row for each hit, or a single row without a hit; `complete` is false if pages were left out; `source` is
 * the text of the page if the headline is made from its folded form.
 * Called by: `searchPages`. Do not prepare it: a plan for any filter is bad for most. Locks nothing.
 */
export const search = `
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
      FROM pages_with_words($1, (SELECT words FROM query, choice WHERE by_index)) found,
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
    SELECT shown.*, CASE WHEN is_plain THEN ${headline('source')} ELSE ${headline('pagehive_fold(source)')} END AS headline,
           CASE WHEN NOT is_plain THEN source END AS source
      FROM query, shown JOIN pages p ON p.job_id = shown.job_id AND p.number = shown.number,
           LATERAL (SELECT left(split_part(coalesce(p.searched, p.text), '${passageMark}', 1), 100000) AS joined OFFSET 0) t,
           -- Words broken at the end of a line are shown joined, or with their hyphens if the query does not match that
           -- form. If the query matches neither form because it needs both, any of its words are marked.
           LATERAL (SELECT CASE WHEN p.searched IS NULL OR ${wordsOf('joined')} @@ q THEN joined
                                ELSE regexp_replace(replace(left(p.text, 100000), E'\\u00ad\\n', ''), E'(\\\\S[-\\u2010])\\n', E'\\\\1', 'g') END AS source
                    OFFSET 0) s,
           LATERAL (SELECT CASE WHEN p.searched IS NULL OR ${wordsOf('source')} @@ q THEN q
                                ELSE regexp_replace(q::text, '&|<(-|\\d+)>', '|', 'g')::tsquery END AS marked OFFSET 0) m,
           -- Folding changes only the case of such a text.
           LATERAL (SELECT source !~ '[^\\u0001-\\u007f\\u00a0-\\u00a7\\u00ab\\u00ac\\u00ae\\u00bb\\u2010-\\u2027\\u2030-\\u205e\\u20ac]' AS is_plain OFFSET 0) f
)
SELECT whole OR (by_index AND (SELECT count(*) FROM far) < (SELECT most FROM query)) AS complete,
       job_id AS "jobId", number, score, headline, source
  FROM choice LEFT JOIN headlined ON true
 ORDER BY score DESC, job_id, number`;
