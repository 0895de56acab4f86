import { given, inOrder, matches, type Order, type Path, parts, rowsOf, within } from './list-jobs.ts';

/** Number of first rows of a list that are searched for a name. They contain any frequent name. */
export const walked = 2_000;
/** Maximum rows to read of a list of few statuses if the name only has frequent groups of characters. */
const deepest = 50_000;
/** Number of names in the sample from which group frequencies are estimated. */
const sampled = 200;
/** Share of the sample from which on a group of characters is frequent. */
const frequentShare = 0.05;
/** Number of groups to look up, the rarest ones. More groups are slower, because frequent groups have long posting lists. */
const rarest = 3;
/** Maximum candidates for the rarest groups, spread over the whole name. */
const choice = 32;

/** `near` for lists of COMPLETED or all jobs, which are too long to read whole. */
export type Depth = 'near' | 'deep';

/** Checks the conditions that the index of names does not cover. */
const checked = (path: Path) =>
  path === 'all' ? '' : `CROSS JOIN LATERAL (SELECT FROM jobs f WHERE f.id = j.id AND ${matches('f')} OFFSET 0) f`;

/** Condition: the name of a row matches. */
const hit = 'strpos(j.name_folded, (SELECT folded FROM pattern)) > 0';

/** Returns a query with one row per scan of a path: whether it was read whole, and the keys of its matches. */
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
 * Searches for a name in up to three ways, each only if the previous one does not suffice. `sought` holds the choice.
 *
 * 1. Near: search the next rows of the list. This finds frequent names, and reads short lists whole.
 * 2. Deep: search all rows of the list by an index-only scan. Only for short lists of few statuses, and if all groups of characters of
 *    the name are frequent.
 * 3. Far: search the index of names, which is unordered, for the three rarest groups of characters of the name. Rarity is estimated
 *    from a sample. The matches are then compared as a whole.
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

/** Returns the keys of the jobs of a path whose name contains $10. Parameters: see list-jobs.ts. Called by: `listJobs`. */
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
 * Counts the jobs of a path whose name contains $10, up to $9. If the count is not exact, `share` is the share of matches among the
 * newest rows; otherwise it is null.
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
