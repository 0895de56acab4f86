-- pagehive_status_key: a status as a number. Under row-level security the planner uses an index only through operators that leak
-- nothing of the rows. Comparing numbers is one of them, comparing enums is not.
CREATE FUNCTION pagehive_status_key("JobStatus") RETURNS smallint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE $1 WHEN 'PENDING' THEN 1 WHEN 'RUNNING' THEN 2 WHEN 'RETRYING' THEN 3 WHEN 'COMPLETED' THEN 4 WHEN 'FAILED' THEN 5
       WHEN 'CANCELLED' THEN 6 END::smallint;

DROP INDEX "jobs_status_idx";
DROP INDEX "jobs_failure_idx";
DROP STATISTICS "jobs_filters";
ALTER TABLE "jobs" ADD COLUMN "status_key" SMALLINT NOT NULL GENERATED ALWAYS AS (pagehive_status_key("status")) STORED;
CREATE INDEX "jobs_status_idx" ON "jobs"("tenant_id", "status_key", "created_at" DESC, "id" DESC) INCLUDE ("name_folded");
CREATE INDEX "jobs_failure_idx" ON "jobs"("tenant_id", "failure_code", "status_key", "created_at" DESC, "id" DESC) INCLUDE ("name_folded")
    WHERE "failure_code" IS NOT NULL;
CREATE STATISTICS "jobs_filters" (mcv) ON "tenant_id", "status_key", "failure_code" FROM "jobs";

-- The second wall between tenants: a role that does not own the tables sees and writes only the rows of the tenant that its
-- transaction names, and none without. The owner, as which all but the requests of clients are served, sees every row.
DO $$
DECLARE
    -- In each policy, and not in a function, because the planner would have to inline it each time.
    tenant text := $tenant$nullif(current_setting('pagehive.tenant', true), '')::uuid$tenant$;
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['api_keys', 'sources', 'jobs', 'job_names', 'job_attempts', 'pages', 'batches', 'batch_changes',
                                'batch_deltas', 'idempotency_keys', 'quarantine', 'webhooks', 'webhook_endpoints',
                                'webhook_deliveries', 'webhook_attempts'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY own_tenant ON %I USING (tenant_id = %s)', name, tenant);
    END LOOP;
    ALTER TABLE "tenants" ENABLE ROW LEVEL SECURITY;
    EXECUTE format('CREATE POLICY own_tenant ON "tenants" USING (id = %s)', tenant);
END $$;
