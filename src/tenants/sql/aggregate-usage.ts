/**
 * Adds the oldest deltas to the usage of their tenants. A delta of a new month starts its count of pages from zero; one
 * of a past month no longer counts.
 *
 * Parameters: $1 maximum number of deltas.
 * Returns: one row with the number of deltas taken.
 * Locks: the deltas, skipping locked ones; the usage rows, in the order of their tenants.
 * Called by: the usage counter, in any number of processes.
 */
export const aggregateUsage = `
WITH gone AS (
    DELETE FROM usage_deltas d
     USING (SELECT id FROM usage_deltas ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED) old
     WHERE d.id = old.id
    RETURNING d.tenant_id, d.bytes, d.month, d.pages
), this AS (
    SELECT date_trunc('month', now() AT TIME ZONE 'UTC')::date AS month
), added AS (
    INSERT INTO tenant_usage AS u (tenant_id, bytes, month, pages)
    SELECT g.tenant_id, sum(g.bytes), this.month, coalesce(sum(g.pages) FILTER (WHERE g.month = this.month), 0)
      FROM gone g, this GROUP BY g.tenant_id, this.month ORDER BY g.tenant_id
    ON CONFLICT (tenant_id) DO UPDATE
       SET bytes = u.bytes + EXCLUDED.bytes,
           pages = EXCLUDED.pages + CASE WHEN u.month = EXCLUDED.month THEN u.pages ELSE 0 END,
           month = EXCLUDED.month
)
SELECT count(*)::int AS taken FROM gone`;
