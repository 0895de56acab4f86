-- Operators pause the queue, as a whole or for a tenant, and drain workers.
ALTER TABLE "installation" ADD COLUMN "queue_paused_at" TIMESTAMPTZ(3);
ALTER TABLE "tenants" ADD COLUMN "queue_paused_at" TIMESTAMPTZ(3);

ALTER TABLE "workers"
    ADD COLUMN "draining_since" TIMESTAMPTZ(3),
    ADD COLUMN "memory_bytes" BIGINT,
    ADD COLUMN "pages_per_minute" REAL NOT NULL DEFAULT 0;

-- For the rates of the queue: the jobs that ended in the last minute.
CREATE INDEX "jobs_finished_idx" ON "jobs"("finished_at") INCLUDE ("status_key") WHERE "finished_at" IS NOT NULL;

-- Changes of many jobs by a filter, which maintenance makes in parts.
CREATE TYPE "BulkOperationKind" AS ENUM ('RETRY', 'CANCEL', 'DELETE', 'PRIORITIZE');
CREATE TYPE "BulkOperationStatus" AS ENUM ('RUNNING', 'COMPLETED', 'CANCELLED');

CREATE TABLE "bulk_operations" (
    "id" UUID NOT NULL,
    "kind" "BulkOperationKind" NOT NULL,
    "status" "BulkOperationStatus" NOT NULL DEFAULT 'RUNNING',
    "filter" JSONB NOT NULL,
    "priority" SMALLINT,
    "matched" INTEGER NOT NULL,
    "cursor" UUID NOT NULL,
    "examined" INTEGER NOT NULL DEFAULT 0,
    "changed" INTEGER NOT NULL DEFAULT 0,
    "skipped" INTEGER NOT NULL DEFAULT 0,
    "requested_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "bulk_operations_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "bulk_operations_running_idx" ON "bulk_operations"("id") WHERE "status" = 'RUNNING';
