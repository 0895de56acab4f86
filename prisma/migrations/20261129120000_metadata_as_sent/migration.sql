-- Metadata comes back exactly as it came: jsonb sorts the keys of objects. Writes the table anew.
ALTER TABLE "jobs" ALTER COLUMN "metadata" TYPE json USING "metadata"::json;
ALTER TABLE "webhook_deliveries" ALTER COLUMN "snapshot" TYPE json USING "snapshot"::json;

-- The same for what webhooks are told. Otherwise the functions are as they were.
DROP FUNCTION "owe_webhook"(uuid, text, uuid, uuid, jsonb);

-- owe_webhook: notes that an event is to be delivered, if the webhook asks for it and its endpoint still exists.
--   in:  hook      the webhook of a job or batch
--        happened  the event; null for none
--        job, batch  whose event it is; batch alone for that of a batch
--        facts     the row as the transition left it. src/webhooks/body.ts makes the body of it
-- Called by: the two triggers.
-- The id is a UUIDv7, as all ids here: it sorts by the time of its making.
CREATE FUNCTION "owe_webhook"(hook uuid, happened text, job uuid, batch uuid, facts json) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO "webhook_deliveries" ("id", "tenant_id", "event", "url", "endpoint_id", "lane", "job_id", "batch_id", "snapshot")
    SELECT overlay(
               overlay(replace(gen_random_uuid()::text, '-', '')
                       PLACING lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') FROM 1)
               PLACING '7' FROM 13)::uuid,
           w."tenant_id", happened::"WebhookEvent", w."url", w."endpoint_id", w."lane", job, batch, facts
      FROM "webhooks" w
     WHERE w."id" = hook AND happened::"WebhookEvent" = ANY (w."events")
       AND (w."endpoint_id" IS NULL OR EXISTS (SELECT FROM "webhook_endpoints" e WHERE e."id" = w."endpoint_id"))
$$;

CREATE OR REPLACE FUNCTION "owe_job_webhook"() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    happened text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        happened := 'JOB_QUEUED';
    ELSIF NEW."status" = OLD."status" THEN
        happened := 'JOB_PROGRESS';
    ELSIF NEW."finished_at" IS NOT NULL THEN
        happened := 'JOB_' || NEW."status";
    ELSIF NEW."status" = 'RUNNING' THEN
        happened := 'JOB_STARTED';
    ELSIF OLD."finished_at" IS NOT NULL THEN
        happened := 'JOB_QUEUED';
    END IF;
    PERFORM owe_webhook(NEW."webhook_id", happened, NEW."id", NEW."batch_id", json_build_object(
        'revision', NEW."revision", 'status', NEW."status", 'stage', NEW."stage", 'percent', NEW."percent",
        'pagesDone', NEW."pages_done", 'pagesTotal', NEW."pages_total", 'retryCount', NEW."retry_count",
        'name', NEW."name", 'metadata', NEW."metadata", 'batchIndex', NEW."batch_index",
        'createdAt', NEW."created_at", 'startedAt', NEW."started_at", 'finishedAt', NEW."finished_at",
        'failureCode', NEW."failure_code", 'failureMessage', NEW."failure_message", 'failurePage', NEW."failure_page"));
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION "owe_batch_webhook"() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    happened text;
BEGIN
    IF NEW."finished_at" IS NULL THEN
        happened := 'BATCH_PROGRESS';
    ELSIF NEW."status" = 'PARTIALLY_FAILED' THEN
        happened := 'BATCH_COMPLETED';
    ELSE
        happened := 'BATCH_' || NEW."status";
    END IF;
    PERFORM owe_webhook(NEW."webhook_id", happened, NULL, NEW."id", json_build_object(
        'revision', NEW."revision", 'status', NEW."status", 'percent', NEW."percent", 'name', NEW."name",
        'total', NEW."total", 'pending', NEW."pending", 'running', NEW."running",
        'completed', NEW."completed", 'failed', NEW."failed", 'cancelled', NEW."cancelled",
        'createdAt', NEW."created_at", 'finishedAt', NEW."finished_at"));
    RETURN NULL;
END $$;
