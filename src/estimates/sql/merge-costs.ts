/** Maximum weight of earlier observations, in observations. Lower for what changes within hours. */
const memory = 100;
const waitMemory = 30;
const paceMemory = 8;

/** The weight of earlier observations against new ones. */
const before = `LEAST(c.weight, CASE c.measure WHEN 'PACE' THEN ${paceMemory} WHEN 'WAIT' THEN ${waitMemory} ELSE ${memory} END)`;

/**
 * Merges means and variances of two groups of observations (Chan, Golub and LeVeque, "Updating formulae and a pairwise
 * algorithm for computing sample variances", 1979). The maximum weight makes old observations fade.
 *
 * It does not wait for the disk.
 *
 * Parameters: $1–$6 an array for each column: measure, engine, size, weight, mean, variance.
 * Locks: the rows in the order of their keys, so that concurrent merges cannot deadlock.
 * Called by: `mergeCosts`, in any number of processes.
 */
export const merge = `
WITH settings AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
INSERT INTO costs AS c (measure, engine, size, weight, mean, variance)
SELECT o.* FROM settings, unnest($1::text[], $2::text[], $3::text[], $4::float8[], $5::float8[], $6::float8[])
                       AS o(measure, engine, size, weight, mean, variance)
 ORDER BY o.measure, o.engine, o.size
ON CONFLICT (measure, engine, size) DO UPDATE
   SET weight = ${before} + EXCLUDED.weight,
       mean = (${before} * c.mean + EXCLUDED.weight * EXCLUDED.mean) / (${before} + EXCLUDED.weight),
       variance = (${before} * c.variance + EXCLUDED.weight * EXCLUDED.variance) / (${before} + EXCLUDED.weight)
                  + ${before} * EXCLUDED.weight * (EXCLUDED.mean - c.mean) ^ 2 / (${before} + EXCLUDED.weight) ^ 2,
       updated_at = now()`;
