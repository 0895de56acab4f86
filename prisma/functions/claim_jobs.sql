-- claim_jobs: gives runnable jobs to a worker: RUNNING, leased, in the order in which they should start.
--
-- Parameters: worker, the id of the claiming worker; slots, the maximum number of jobs; lease, how long the claim holds without renewal.
-- Returns: the rows after the transition.
-- Locks: an advisory lock until the end of the transaction, so that concurrent claims see each other's running counts. It is held for
-- microseconds, because the transaction does not wait for the disk.
-- Called by: src/jobs/claim.ts.
--
-- Fair: each tenant offers its first rows. They are taken by the number of jobs that the tenant would then have running, so a tenant
-- with ten thousand waiting rows delays another tenant's single row by one slot at most. The same holds for rows that became due by a
-- retry or their runAt. Within a tenant, claim_order decides. A tenant never has more than max_running jobs running.
-- Paused: while the queue is paused, nothing is claimed; while a tenant's queue is, nothing of that tenant.
-- In turn: tenants with equally many take turns in a circle, ordered by a hash of their ids. The sequence claim_turn holds the tenant
-- that came last. So a tenant without running jobs waits until each of the others has come at most once.
-- After a crash of the server: a lost claim is a row that waits again. A worker that still believes in the claim fails the fence, which
-- includes the worker's id for this case.
CREATE OR REPLACE FUNCTION claim_jobs(worker uuid, slots integer, lease interval) RETURNS SETOF jobs
LANGUAGE plpgsql AS $$
DECLARE
    last_turn bigint;
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    PERFORM pg_advisory_xact_lock(7235, 1);
    IF EXISTS (SELECT FROM installation i WHERE i.queue_paused_at IS NOT NULL) THEN
        RETURN;
    END IF;
    SELECT t.last_value INTO last_turn FROM claim_turn t;
    RETURN QUERY
    WITH RECURSIVE tenants_waiting(tenant_id) AS (
        (SELECT j.tenant_id FROM jobs j
          WHERE j.status = 'PENDING' AND j.due_at IS NULL
          ORDER BY j.tenant_id LIMIT 1)
        UNION ALL
        (SELECT next.tenant_id FROM tenants_waiting t
          CROSS JOIN LATERAL (
            SELECT j.tenant_id FROM jobs j
             WHERE j.status = 'PENDING' AND j.due_at IS NULL AND j.tenant_id > t.tenant_id
             ORDER BY j.tenant_id LIMIT 1) next)
    ),
    tenants_due(tenant_id) AS (
        (SELECT j.tenant_id FROM jobs j
          WHERE j.due_at IS NOT NULL AND j.status IN ('PENDING', 'RETRYING')
          ORDER BY j.tenant_id LIMIT 1)
        UNION ALL
        (SELECT next.tenant_id FROM tenants_due t
          CROSS JOIN LATERAL (
            SELECT j.tenant_id FROM jobs j
             WHERE j.due_at IS NOT NULL AND j.status IN ('PENDING', 'RETRYING') AND j.tenant_id > t.tenant_id
             ORDER BY j.tenant_id LIMIT 1) next)
    ),
    candidates AS (
        SELECT heads.id, heads.tenant_id, heads.claim_order FROM tenants_waiting t
         CROSS JOIN LATERAL (
            SELECT j.id, j.tenant_id, j.claim_order FROM jobs j
             WHERE j.status = 'PENDING' AND j.due_at IS NULL AND j.tenant_id = t.tenant_id
             ORDER BY j.claim_order, j.id LIMIT slots) heads
        UNION ALL
        SELECT due.id, due.tenant_id, due.claim_order FROM tenants_due t
         CROSS JOIN LATERAL (
            SELECT j.id, j.tenant_id, j.claim_order FROM jobs j
             WHERE j.due_at <= now() AND j.status IN ('PENDING', 'RETRYING') AND j.tenant_id = t.tenant_id
             ORDER BY j.due_at, j.id LIMIT slots) due
    ),
    running AS (
        SELECT j.tenant_id, count(*) AS n FROM jobs j WHERE j.status = 'RUNNING' GROUP BY j.tenant_id
    ),
    chosen AS MATERIALIZED (
        -- setval runs row by row in this order: the next claim continues behind the last chosen tenant.
        SELECT c.id, setval('claim_turn', c.turn) FROM (
            SELECT c.id, c.turn FROM (
                SELECT c.id, c.tenant_id, c.claim_order, hashtextextended(c.tenant_id::text, 0) AS turn,
                       row_number() OVER (PARTITION BY c.tenant_id ORDER BY c.claim_order, c.id) AS nth
                  FROM candidates c) c
              JOIN tenants t ON t.id = c.tenant_id
              LEFT JOIN running r ON r.tenant_id = c.tenant_id
             WHERE t.queue_paused_at IS NULL AND (t.max_running IS NULL OR coalesce(r.n, 0) + c.nth <= t.max_running)
             ORDER BY coalesce(r.n, 0) + c.nth, c.turn <= last_turn, c.turn, c.claim_order, c.id
             LIMIT slots) c
    )
    UPDATE jobs j
       SET status = 'RUNNING',
           stage = CASE WHEN EXISTS (SELECT FROM sources s WHERE s.id = j.source_id AND s.storage_key IS NULL)
                        THEN 'DOWNLOAD'::"JobStage" ELSE 'OPEN' END,
           revision = j.revision + 1, progress_seq = 0, percent = 0,
           pages_done = (SELECT coalesce(sum(upper(r) - lower(r)), 0) FROM unnest(j.stored_pages) r),
           bytes_done = NULL, bytes_total = NULL, eta = NULL, eta_earliest = NULL, eta_latest = NULL,
           attempt = j.attempt + 1, due_at = NULL, started_at = now(),
           worker_id = worker, heartbeat_at = now(), lease_expires_at = now() + lease
      FROM chosen
     WHERE j.id = chosen.id AND j.status IN ('PENDING', 'RETRYING')
    RETURNING j.*;
END $$;
