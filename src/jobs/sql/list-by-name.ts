import { given, inOrder, matches, type Order, type Path, parts, rowsOf, within } from './list-jobs.ts';

/** Rows of a list that are looked through for a name at first: a frequent name is among them. */
export const walked = 2_000;
/** Rows of a list of few statuses that are read if all characters of the name are frequent. */
const deepest = 50_000;
/** Jobs in whose names the frequencies of groups of characters are counted. */
const sampled = 200;
/** Part of the sample that has a group of characters if it is frequent. */
const frequentShare = 0.05;
/** Groups of three characters that are looked up, the rarest. More of them make the index slower: the frequent ones are long to read. */
const rarest = 3;
/** Groups among which those are chosen, spread over the whole name. */
const choice = 32;

/** COMPLETED jobs are too many to be read for a name; so are all jobs. */
export type Depth = 'near' | 'deep';

/** Checks what the index of names knows nothing of. */
const checked = (path: Path) =>
  path === 'all' ? '' : `CROSS JOIN LATERAL (SELECT FROM jobs f WHERE f.id = j.id AND ${matches('f')} OFFSET 0) f`;

/** Whether the name of a row matches. */
const hit = 'strpos(j.name_folded, (SELECT folded FROM pattern)) > 0';

/** A row for each part of a list: whether all its rows were read, and the keys of those whose name matches. */
function diveOf(path: Path, depth: Depth): string {
  if (depth === 'near' || path === 'all' || path === 'batch') {
    return 'SELECT false AS whole, NULL::uuid[] AS ids, NULL::timestamptz[] AS times';
  }
  const { from, count, condition } = parts[path];
  const share = `((SELECT depth FROM plan) / greatest(1, ${count}))`;
  return `SELECT part.* FROM ${from}
     CROSS JOIN LATERAL (
        SELECT count(*) < ${share} AS whole, array_agg(j.id) FILTER (WHERE j.hit) AS ids, array_agg(j.created_at) FILTER (WHERE j.hit) AS times
          FROM (SELECT j.id, j.created_at, ${hit} AS hit FROM jobs j WHERE ${condition} AND ${within} LIMIT ${share}) j) part`;
}

/**
 * Looks for a name in up to three ways, each only if the one before does not suffice.
 *
 * 1. Near: among the next rows of the list. A name that many jobs have is there, and a short list is read whole.
 * 2. Deep: among all its rows, read from the index alone. Only if the list is of few statuses and not too long, and all characters
 *    of the name are frequent.
 * 3. Far: by the index of names, which gives them in no order. It is asked for three of the name's groups of three characters,
 *    those that are rarest in a sample of names; what it gives is then compared letter by letter. Names that are not indexed yet are
 *    read one by one.
 *
 * `sought` has the way that was taken.
 */
const byName = (path: Path, order: Order, depth: Depth) => `
WITH ${given}, pattern AS MATERIALIZED (
    SELECT pagehive_fold($10) AS folded
), walk AS MATERIALIZED (
    SELECT j.id, j.created_at, ${hit} AS hit FROM (${rowsOf(path, String(walked), order, { columns: 'j.id, j.created_at, j.name_folded' })}) j
), near AS MATERIALIZED (
    SELECT count(*) < ${walked} AS whole, count(*) FILTER (WHERE hit)::int AS hits FROM walk
), sample AS MATERIALIZED (
    SELECT j.name_folded AS folded FROM jobs j WHERE j.tenant_id = $1::uuid ORDER BY j.created_at DESC, j.id DESC LIMIT ${sampled}
), gram AS MATERIALIZED (
    SELECT DISTINCT substr(p.folded, at, 3) AS characters
      FROM pattern p, generate_series(1, greatest(1, length(p.folded) - 2), greatest(1, length(p.folded) / ${choice})) at
), rare AS MATERIALIZED (
    SELECT g.characters, (SELECT count(*) FROM sample s WHERE strpos(s.folded, g.characters) > 0) AS hits FROM gram g
     ORDER BY hits, g.characters LIMIT ${rarest}
), plan AS MATERIALIZED (
    SELECT n.whole OR n.hits >= $11 AS near,
           CASE WHEN n.whole OR n.hits >= $11 OR (SELECT min(hits) FROM rare) <= ${sampled * frequentShare} THEN 0 ELSE ${deepest} END AS depth
      FROM near n
), dive AS MATERIALIZED (
    ${diveOf(path, depth)}
), sought AS MATERIALIZED (
    SELECT p.near, NOT p.near AND d.whole AS deep, NOT p.near AND NOT d.whole AS far
      FROM plan p, (SELECT coalesce(bool_and(whole), false) AS whole FROM dive) d
), lookup AS MATERIALIZED (
    SELECT string_agg('''' || replace(replace(pagehive_gram($1::uuid, characters), '\\', '\\\\'), '''', '''''') || ''''
                      || CASE WHEN length(characters) < 3 THEN ':*' ELSE '' END, ' & ')::tsquery AS query
      FROM rare
), named AS (
    SELECT j.id, j.created_at FROM (
        SELECT n.job_id AS id, n.created_at, n.folded AS name_folded FROM job_names n
         WHERE (SELECT far FROM sought)
           AND pagehive_grams(n.tenant_id, n.folded) @@ (SELECT query FROM lookup) AND n.tenant_id = $1::uuid) j
     WHERE ${hit} AND ${within}
)`;

/** The keys of the jobs of a path whose name contains something. */
export function listByName(path: Path, order: Order, depth: Depth): string {
  return `${byName(path, order, depth)}, far AS (
    SELECT j.id, j.created_at FROM (SELECT j.* FROM named j ${inOrder(order)}) j
     ${checked(path)}
     ${inOrder(order)} LIMIT $9
)
SELECT j.id, j.created_at AS "createdAt"
  FROM (SELECT id, created_at FROM walk WHERE hit AND (SELECT near FROM sought)
         UNION ALL
        SELECT k.id, k.created_at FROM dive, unnest(dive.ids, dive.times) k(id, created_at) WHERE (SELECT deep FROM sought)
         UNION ALL
        SELECT id, created_at FROM far) j
 ${inOrder(order)} LIMIT $9`;
}

/**
 * How many jobs of a path have a name that contains something: exactly, up to $9. Where the count is not exact, `share` is the part
 * of the newest rows that do; otherwise it is null.
 */
export function countByName(path: Path, depth: Depth): string {
  return `${byName(path, 'DESC', depth)}, far AS MATERIALIZED (
    SELECT count(*)::int AS n FROM (SELECT FROM named j ${checked(path)} LIMIT $9) found
), counted AS (
    SELECT CASE WHEN s.near THEN n.hits
                WHEN s.deep THEN (SELECT sum(coalesce(cardinality(ids), 0))::int FROM dive)
                ELSE (SELECT n FROM far) END AS n,
           CASE WHEN s.near THEN n.whole WHEN s.deep THEN true ELSE (SELECT n < $9 FROM far) END AS exact,
           n.hits::float8 / ${walked} AS share
      FROM sought s, near n
)
SELECT n, CASE WHEN NOT exact THEN share END AS share FROM counted`;
}
