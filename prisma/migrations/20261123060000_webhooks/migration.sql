-- CreateEnum
CREATE TYPE "WebhookEvent" AS ENUM ('JOB_QUEUED', 'JOB_STARTED', 'JOB_PROGRESS', 'JOB_COMPLETED', 'JOB_FAILED', 'JOB_CANCELLED', 'BATCH_PROGRESS', 'BATCH_COMPLETED', 'BATCH_FAILED', 'BATCH_CANCELLED');

-- CreateEnum
CREATE TYPE "WebhookDeliveryStatus" AS ENUM ('PENDING', 'DELIVERED', 'DEAD');

-- AlterTable
ALTER TABLE "tenants"
    ADD COLUMN "secret_version" INTEGER NOT NULL DEFAULT 1,
    ADD COLUMN "secret_rotated_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "webhook_endpoints" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "name" TEXT,
    "url" TEXT NOT NULL,
    "events" "WebhookEvent"[] NOT NULL,
    "secret_version" INTEGER NOT NULL DEFAULT 1,
    "secret_rotated_at" TIMESTAMPTZ(3),
    "failing_since" TIMESTAMPTZ(3),
    "paused_at" TIMESTAMPTZ(3),
    "pause_reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "webhook_endpoints_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "webhook_endpoints_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "webhook_endpoints_pause_has_reason" CHECK (("paused_at" IS NULL) = ("pause_reason" IS NULL))
);

-- CreateIndex
CREATE INDEX "webhook_endpoints_tenant_id_id_idx" ON "webhook_endpoints"("tenant_id", "id" DESC);

-- CreateTable
CREATE TABLE "webhooks" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "url" TEXT,
    "endpoint_id" UUID,
    "lane" TEXT NOT NULL,
    "events" "WebhookEvent"[] NOT NULL,

    CONSTRAINT "webhooks_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "webhooks_to_one" CHECK (("url" IS NULL) <> ("endpoint_id" IS NULL))
);

-- CreateTable
CREATE TABLE "webhook_deliveries" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "event" "WebhookEvent" NOT NULL,
    "url" TEXT,
    "endpoint_id" UUID,
    "lane" TEXT NOT NULL,
    "job_id" UUID,
    "batch_id" UUID,
    "snapshot" JSONB NOT NULL,
    "status" "WebhookDeliveryStatus" NOT NULL DEFAULT 'PENDING',
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "due_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "failing_since" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "webhook_deliveries_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "webhook_deliveries_to_one" CHECK (("url" IS NULL) <> ("endpoint_id" IS NULL)),
    CONSTRAINT "webhook_deliveries_finished_when_final" CHECK (("status" = 'PENDING') = ("finished_at" IS NULL))
);

-- CreateIndex
CREATE INDEX "webhook_deliveries_tenant_id_id_idx" ON "webhook_deliveries"("tenant_id", "id" DESC);

-- What a claim looks through: lane by lane, the first ones of each.
CREATE INDEX "webhook_deliveries_pending_idx" ON "webhook_deliveries"("lane", "due_at") WHERE "status" = 'PENDING';
CREATE INDEX "webhook_deliveries_finished_at_idx" ON "webhook_deliveries"("finished_at") WHERE "finished_at" IS NOT NULL;
CREATE INDEX "webhook_deliveries_job_id_idx" ON "webhook_deliveries"("job_id") WHERE "job_id" IS NOT NULL;
CREATE INDEX "webhook_deliveries_batch_id_idx" ON "webhook_deliveries"("batch_id", "id" DESC) WHERE "batch_id" IS NOT NULL;
CREATE INDEX "webhook_deliveries_endpoint_id_idx" ON "webhook_deliveries"("endpoint_id", "id" DESC) WHERE "endpoint_id" IS NOT NULL;

-- CreateTable
CREATE TABLE "webhook_attempts" (
    "delivery_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "milliseconds" INTEGER NOT NULL,
    "status_code" INTEGER,
    "error" TEXT,
    "answer" TEXT,

    CONSTRAINT "webhook_attempts_pkey" PRIMARY KEY ("delivery_id","number"),
    CONSTRAINT "webhook_attempts_delivery_id_fkey" FOREIGN KEY ("delivery_id") REFERENCES "webhook_deliveries"("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- AlterTable
ALTER TABLE "jobs"
    ADD COLUMN "webhook_id" UUID,
    ADD CONSTRAINT "jobs_webhook_id_fkey" FOREIGN KEY ("webhook_id") REFERENCES "webhooks"("id") ON DELETE NO ACTION ON UPDATE CASCADE;
CREATE INDEX "jobs_webhook_id_idx" ON "jobs"("webhook_id") WHERE "webhook_id" IS NOT NULL;

-- AlterTable
ALTER TABLE "batches"
    ADD COLUMN "webhook_id" UUID,
    ADD CONSTRAINT "batches_webhook_id_fkey" FOREIGN KEY ("webhook_id") REFERENCES "webhooks"("id") ON DELETE NO ACTION ON UPDATE CASCADE;

-- owe_webhook: notes that an event is to be told, if the webhook asks for it.
--   in:  hook      the webhook of a job or batch
--        happened  the event; null for none
--        job, batch  whose event it is; batch alone for that of a batch
--        facts     what is told: the row as the transition left it. src/webhooks/body.ts makes the body of it
-- Called by: the two triggers below.
-- The id is a UUIDv7, as all ids here: it sorts by the time of its making.
CREATE FUNCTION "owe_webhook"(hook uuid, happened text, job uuid, batch uuid, facts jsonb) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO "webhook_deliveries" ("id", "tenant_id", "event", "url", "endpoint_id", "lane", "job_id", "batch_id", "snapshot")
    SELECT overlay(
               overlay(replace(gen_random_uuid()::text, '-', '')
                       PLACING lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') FROM 1)
               PLACING '7' FROM 13)::uuid,
           w."tenant_id", happened::"WebhookEvent", w."url", w."endpoint_id", w."lane", job, batch, facts
      FROM "webhooks" w
     WHERE w."id" = hook AND happened::"WebhookEvent" = ANY (w."events")
$$;

-- owe_job_webhook, owe_batch_webhook: note with a transition, and in its transaction, what is to be told of it.
-- Triggers, so that there is no transition, of today's code or tomorrow's, that forgets it. What has no webhook pays nothing.
CREATE FUNCTION "owe_job_webhook"() RETURNS trigger
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
    PERFORM owe_webhook(NEW."webhook_id", happened, NEW."id", NEW."batch_id", jsonb_build_object(
        'revision', NEW."revision", 'status', NEW."status", 'stage', NEW."stage", 'percent', NEW."percent",
        'pagesDone', NEW."pages_done", 'pagesTotal', NEW."pages_total", 'retryCount', NEW."retry_count",
        'name', NEW."name", 'metadata', NEW."metadata", 'batchIndex', NEW."batch_index",
        'createdAt', NEW."created_at", 'startedAt', NEW."started_at", 'finishedAt', NEW."finished_at",
        'failureCode', NEW."failure_code", 'failureMessage', NEW."failure_message", 'failurePage', NEW."failure_page"));
    RETURN NULL;
END $$;

CREATE TRIGGER "owe_webhook_of_new_job" AFTER INSERT ON "jobs" FOR EACH ROW
    WHEN (NEW."webhook_id" IS NOT NULL)
    EXECUTE FUNCTION "owe_job_webhook"();

-- One event for ten percent, at most.
CREATE TRIGGER "owe_webhook_of_job" AFTER UPDATE OF "status", "percent" ON "jobs" FOR EACH ROW
    WHEN (NEW."webhook_id" IS NOT NULL AND (NEW."status" <> OLD."status" OR NEW."percent" / 10 > OLD."percent" / 10))
    EXECUTE FUNCTION "owe_job_webhook"();

CREATE FUNCTION "owe_batch_webhook"() RETURNS trigger
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
    PERFORM owe_webhook(NEW."webhook_id", happened, NULL, NEW."id", jsonb_build_object(
        'revision', NEW."revision", 'status', NEW."status", 'percent', NEW."percent", 'name', NEW."name",
        'total', NEW."total", 'pending', NEW."pending", 'running', NEW."running",
        'completed', NEW."completed", 'failed', NEW."failed", 'cancelled', NEW."cancelled",
        'createdAt', NEW."created_at", 'finishedAt', NEW."finished_at"));
    RETURN NULL;
END $$;

-- A fold that finds a final batch ended anew was preceded by a retry, whether or not a fold came in between: it owes again.
CREATE TRIGGER "owe_webhook_of_batch" AFTER UPDATE OF "percent", "finished_at" ON "batches" FOR EACH ROW
    WHEN (NEW."webhook_id" IS NOT NULL
          AND (NEW."finished_at" IS DISTINCT FROM OLD."finished_at" AND NEW."finished_at" IS NOT NULL
               OR NEW."finished_at" IS NULL AND NEW."percent" / 10 > OLD."percent" / 10))
    EXECUTE FUNCTION "owe_batch_webhook"();
