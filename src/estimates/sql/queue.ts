import { waitingTenants } from '../../fleet/sql/claimable.ts';

/** Condition: the tenant of this column is not paused. */
const runs = (tenantId: string) => `${tenantId} NOT IN (SELECT id FROM tenants WHERE queue_paused_at IS NOT NULL)`;

/**
 * Reads the waiting jobs of each tenant in the order of claiming: each of the first ones, then fewer and fewer, and the
 * last.
 *
 * It reads at most $2 entries of an index, and only the returned rows of the table. Leaves out tenants whose queue is
 * paused.
 *
 * Parameters: $1 maximum number of tenants, $2 maximum number of index entries, $3 number of first rows, of all tenants
 * together.
 * Returns: jobs with their rank. A job that became due has rank 0: its place follows from its order.
 * Called by: `makeForecast`. Locks nothing.
 */
export const waitingRows = `
WITH RECURSIVE ${waitingTenants}, turns AS MATERIALIZED (
    SELECT tenant_id FROM tenants_waiting WHERE ${runs('tenant_id')} LIMIT $1
), share AS MATERIALIZED (
    SELECT greatest(1, count(*)) AS n FROM turns
), marked AS (
    SELECT row.* FROM turns t
     CROSS JOIN LATERAL (
        SELECT first.id, row_number() OVER (ORDER BY first.claim_order, first.id) AS rank, count(*) OVER () AS counted
          FROM (SELECT j.id, j.claim_order FROM jobs j
                 WHERE j.status = 'PENDING' AND j.due_at IS NULL AND j.tenant_id = t.tenant_id
                 ORDER BY j.claim_order, j.id LIMIT (SELECT $2::int / n FROM share)) first) row
     WHERE row.rank <= (SELECT $3::int / n FROM share) OR row.rank = row.counted
        OR floor(20 * ln(row.rank)) > floor(20 * ln(greatest(1, row.rank - 1)))
)
SELECT j.tenant_id AS "tenantId", j.id, extract(epoch FROM j.claim_order)::float8 * 1000 AS "claimOrder", marked.rank::int AS rank,
       s.storage_key IS NULL AS "toDownload", s.bytes AS "sourceBytes", j.options, j.pages_total AS "pagesTotal", j.pages_done AS "pagesDone"
  FROM marked JOIN jobs j ON j.id = marked.id JOIN sources s ON s.id = j.source_id
UNION ALL
(SELECT j.tenant_id, j.id, extract(epoch FROM j.claim_order)::float8 * 1000, 0,
        s.storage_key IS NULL, s.bytes, j.options, j.pages_total, j.pages_done
   FROM jobs j JOIN sources s ON s.id = j.source_id
  WHERE j.due_at IS NOT NULL AND j.status IN ('PENDING', 'RETRYING') AND j.due_at <= now() AND ${runs('j.tenant_id')}
  ORDER BY j.due_at, j.id LIMIT $3)
 ORDER BY "claimOrder", id`;

/** Reads the running jobs: at most as many rows as the fleet has slots. Called by: `makeForecast`. */
export const runningRows = `
SELECT j.tenant_id AS "tenantId", extract(epoch FROM now() - j.started_at)::float8 AS "seconds",
       extract(epoch FROM j.eta - now())::float8 AS "left",
       s.storage_key IS NULL AS "toDownload", s.bytes AS "sourceBytes", j.options, j.pages_total AS "pagesTotal", j.pages_done AS "pagesDone"
  FROM jobs j JOIN sources s ON s.id = j.source_id
 WHERE j.status = 'RUNNING' AND j.lease_expires_at > now()`;

/** Reads the limits of tenants that have one. Parameters: $1 tenants. Called by: `makeForecast`. */
export const limitsOf =
  'SELECT id, max_running AS most FROM tenants WHERE id = ANY($1::uuid[]) AND max_running IS NOT NULL';

/**
 * Reads the number of slots that take jobs, none while the queue is paused, and the tenants whose queue is paused.
 *
 * Parameters: $1 seconds of silence after which a worker is dead.
 * Returns: one row.
 * Called by: `makeForecast`. Locks nothing.
 */
export const slotsNow = `
SELECT now() AS "takenAt", coalesce(sum(concurrency), 0)::int AS slots,
       ARRAY(SELECT id FROM tenants WHERE queue_paused_at IS NOT NULL) AS "pausedTenants"
  FROM workers
 WHERE heartbeat_at > now() - $1 * interval '1 second' AND draining_since IS NULL
   AND NOT EXISTS (SELECT FROM installation WHERE queue_paused_at IS NOT NULL)`;

/**
 * Stores a forecast. Its version rises if the queue differs from that of the previous one. It does not wait for the
 * disk.
 *
 * Parameters: $1 time of the forecast, $2 the forecast as JSON.
 * Called by: `makeForecast`.
 */
export const storeForecast = `
WITH settings AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
INSERT INTO forecast AS f (id, version, taken_at, data) SELECT 1, 1, $1, $2::jsonb FROM settings
ON CONFLICT (id) DO UPDATE
   SET version = f.version + (f.data -> 'queue' IS DISTINCT FROM EXCLUDED.data -> 'queue')::int, taken_at = EXCLUDED.taken_at, data = EXCLUDED.data`;
