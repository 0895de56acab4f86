/** Where a value is, in SQL: see `Content`. */
interface Measured {
  from: string;
  where: string;
  value: string;
  bytes: string;
}

/**
 * Reads values that may be large, and measures them first. In the order of the request it reads values while their
 * sizes add up to at most $4, each at most $3. The others are only measured.
 *
 * Parameters: $1 ids, $2 numbers, $3 maximum bytes of one value, $4 maximum bytes of all values.
 * Returns: a row for each value that exists, with its rank in the request.
 * Called by: `readContent`. Locks nothing. OFFSET 0 ensures that only values that fit are computed.
 */
export const measuredRead = ({ from, where, value, bytes }: Measured) => `
WITH measured AS MATERIALIZED (
    SELECT w.*, (${bytes})::float8 AS bytes
      FROM unnest($1::uuid[], $2::int[]) WITH ORDINALITY AS w (id, number, rank) JOIN ${from} ON ${where}
), counted AS MATERIALIZED (
    SELECT *, bytes <= $3 AND sum(bytes) FILTER (WHERE bytes <= $3) OVER (ORDER BY rank) <= $4 AS fits FROM measured
)
SELECT w.rank::int AS rank, w.bytes, w.fits, content.value
  FROM counted w LEFT JOIN LATERAL (SELECT ${value} AS value FROM ${from} WHERE ${where} AND w.fits OFFSET 0) content ON true`;
