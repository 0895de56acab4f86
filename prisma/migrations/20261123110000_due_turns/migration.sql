-- What became due offers its first rows tenant by tenant, too: before, two hundred due rows of a tenant that may not run hid those
-- of all others.
CREATE INDEX "jobs_due_by_tenant_idx" ON "jobs"("tenant_id", "due_at", "id") WHERE "due_at" IS NOT NULL AND "status" IN ('PENDING', 'RETRYING');

-- As it was, but for that.
-- claim_jobs: gives up to `slots` runnable jobs to a worker and returns their rows, RUNNING and leased.
--   in:  worker  the claiming worker's id
--        slots   how many rows at most
--        lease   how long the claim holds without renewal
--   out: the claimed rows, in the order in which they should start
-- Called by: src/jobs/claim.ts.
-- Fair: each tenant offers its first rows; they are taken in the order of how many the tenant would then have running, then in
-- turn, so that a tenant with ten thousand waiting rows delays another one's single row by no more than a slot. The same holds
-- for rows that became due, by a retry or their runAt.
-- In turn: tenants stand in a circle, ordered by a hash of their ids, and it goes on behind the one that came last; so one that
-- has nothing running waits until each of the others has come once, at most. Within a tenant, by claim_order. A tenant never
-- has more running than its "max_running".
-- The advisory lock makes concurrent claims see each other's running counts; it is held for the microseconds of this
-- transaction, which does not wait for the disk. A claim lost in a crash of the server is a row that waits again; whoever
-- believes to hold it fails the fence, which includes the worker's id for this very case.
CREATE OR REPLACE FUNCTION "claim_jobs"(worker uuid, slots integer, lease interval) RETURNS SETOF "jobs"
LANGUAGE plpgsql AS $$
DECLARE
    last_turn bigint;
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    PERFORM pg_advisory_xact_lock(7235, 1);
    SELECT t."last_value" INTO last_turn FROM "claim_turn" t;
    RETURN QUERY
    WITH RECURSIVE tenants_waiting("tenant_id") AS (
        (SELECT j."tenant_id" FROM "jobs" j
          WHERE j."status" = 'PENDING' AND j."due_at" IS NULL
          ORDER BY j."tenant_id" LIMIT 1)
        UNION ALL
        (SELECT next."tenant_id" FROM tenants_waiting t
          CROSS JOIN LATERAL (
            SELECT j."tenant_id" FROM "jobs" j
             WHERE j."status" = 'PENDING' AND j."due_at" IS NULL AND j."tenant_id" > t."tenant_id"
             ORDER BY j."tenant_id" LIMIT 1) next)
    ),
    tenants_due("tenant_id") AS (
        (SELECT j."tenant_id" FROM "jobs" j
          WHERE j."due_at" IS NOT NULL AND j."status" IN ('PENDING', 'RETRYING')
          ORDER BY j."tenant_id" LIMIT 1)
        UNION ALL
        (SELECT next."tenant_id" FROM tenants_due t
          CROSS JOIN LATERAL (
            SELECT j."tenant_id" FROM "jobs" j
             WHERE j."due_at" IS NOT NULL AND j."status" IN ('PENDING', 'RETRYING') AND j."tenant_id" > t."tenant_id"
             ORDER BY j."tenant_id" LIMIT 1) next)
    ),
    candidates AS (
        SELECT heads."id", heads."tenant_id", heads."claim_order" FROM tenants_waiting t
         CROSS JOIN LATERAL (
            SELECT j."id", j."tenant_id", j."claim_order" FROM "jobs" j
             WHERE j."status" = 'PENDING' AND j."due_at" IS NULL AND j."tenant_id" = t."tenant_id"
             ORDER BY j."claim_order", j."id" LIMIT slots) heads
        UNION ALL
        SELECT due."id", due."tenant_id", due."claim_order" FROM tenants_due t
         CROSS JOIN LATERAL (
            SELECT j."id", j."tenant_id", j."claim_order" FROM "jobs" j
             WHERE j."due_at" <= now() AND j."status" IN ('PENDING', 'RETRYING') AND j."tenant_id" = t."tenant_id"
             ORDER BY j."due_at", j."id" LIMIT slots) due
    ),
    running AS (
        SELECT j."tenant_id", count(*) AS n FROM "jobs" j WHERE j."status" = 'RUNNING' GROUP BY j."tenant_id"
    ),
    chosen AS MATERIALIZED (
        -- Row by row, in this order: the last one chosen is where the next claim goes on.
        SELECT c."id", setval('claim_turn', c.turn) FROM (
            SELECT c."id", c.turn FROM (
                SELECT c."id", c."tenant_id", c."claim_order", hashtextextended(c."tenant_id"::text, 0) AS turn,
                       row_number() OVER (PARTITION BY c."tenant_id" ORDER BY c."claim_order", c."id") AS nth
                  FROM candidates c) c
              JOIN "tenants" t ON t."id" = c."tenant_id"
              LEFT JOIN running r ON r."tenant_id" = c."tenant_id"
             WHERE t."max_running" IS NULL OR coalesce(r.n, 0) + c.nth <= t."max_running"
             ORDER BY coalesce(r.n, 0) + c.nth, c.turn <= last_turn, c.turn, c."claim_order", c."id"
             LIMIT slots) c
    )
    UPDATE "jobs" j
       SET "status" = 'RUNNING',
           "stage" = CASE WHEN EXISTS (SELECT FROM "sources" s WHERE s."id" = j."source_id" AND s."storage_key" IS NULL)
                          THEN 'DOWNLOAD'::"JobStage" ELSE 'OPEN' END,
           "revision" = j."revision" + 1, "progress_seq" = 0, "percent" = 0,
           "pages_done" = (SELECT coalesce(sum(upper(r) - lower(r)), 0) FROM unnest(j."stored_pages") r),
           "bytes_done" = NULL, "bytes_total" = NULL, "eta" = NULL, "eta_earliest" = NULL, "eta_latest" = NULL, "attempt" = j."attempt" + 1, "due_at" = NULL,
           "started_at" = now(), "worker_id" = worker, "heartbeat_at" = now(), "lease_expires_at" = now() + lease
      FROM chosen
     WHERE j."id" = chosen."id" AND j."status" IN ('PENDING', 'RETRYING')
    RETURNING j.*;
END $$;

