-- CreateEnum
CREATE TYPE "BatchStatus" AS ENUM ('PENDING', 'RUNNING', 'COMPLETED', 'PARTIALLY_FAILED', 'FAILED', 'CANCELLED');

-- CreateTable
CREATE TABLE "batches" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "revision" INTEGER NOT NULL DEFAULT 1,
    "status" "BatchStatus" NOT NULL DEFAULT 'PENDING',
    "name" TEXT,
    "total" INTEGER NOT NULL,
    "pending" INTEGER NOT NULL,
    "running" INTEGER NOT NULL DEFAULT 0,
    "completed" INTEGER NOT NULL DEFAULT 0,
    "failed" INTEGER NOT NULL DEFAULT 0,
    "cancelled" INTEGER NOT NULL DEFAULT 0,
    "percent" SMALLINT NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),
    "cancelled_at" TIMESTAMPTZ(3),
    "folded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "batches_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "batches_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    -- What must hold whatever code writes.
    CONSTRAINT "batches_add_up" CHECK ("total" = "pending" + "running" + "completed" + "failed" + "cancelled"),
    CONSTRAINT "batches_no_less_than_none" CHECK (least("pending", "running", "completed", "failed", "cancelled") >= 0),
    CONSTRAINT "batches_finished_when_final" CHECK (("pending" + "running" = 0) = ("finished_at" IS NOT NULL)),
    CONSTRAINT "batches_final_when_finished" CHECK (("status" IN ('PENDING', 'RUNNING')) = ("finished_at" IS NULL)),
    CONSTRAINT "batches_hundred_when_final" CHECK (("percent" = 100) = ("finished_at" IS NOT NULL))
);

-- CreateIndex
CREATE INDEX "batches_tenant_id_id_idx" ON "batches"("tenant_id", "id" DESC);

-- CreateTable
CREATE TABLE "batch_deltas" (
    "batch_id" UUID NOT NULL,
    "id" BIGSERIAL NOT NULL,
    "pending" INTEGER NOT NULL,
    "running" INTEGER NOT NULL,
    "completed" INTEGER NOT NULL,
    "failed" INTEGER NOT NULL,
    "cancelled" INTEGER NOT NULL,

    CONSTRAINT "batch_deltas_pkey" PRIMARY KEY ("batch_id","id")
);

-- AlterTable
ALTER TABLE "jobs"
    ADD COLUMN "batch_id" UUID,
    ADD COLUMN "batch_index" INTEGER,
    ADD CONSTRAINT "jobs_batch_id_fkey" FOREIGN KEY ("batch_id") REFERENCES "batches"("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    ADD CONSTRAINT "jobs_index_in_batch" CHECK (("batch_id" IS NULL) = ("batch_index" IS NULL));
CREATE UNIQUE INDEX "jobs_batch_idx" ON "jobs"("batch_id", "batch_index") WHERE "batch_id" IS NOT NULL;

-- AlterTable
ALTER TABLE "idempotency_keys"
    ALTER COLUMN "job_id" DROP NOT NULL,
    ADD COLUMN "batch_id" UUID,
    ADD CONSTRAINT "idempotency_keys_of_one" CHECK (("job_id" IS NULL) <> ("batch_id" IS NULL));

-- count_in_batch: notes by how much a transition changes the counts of the job's batch.
-- A trigger, so that there is no transition, of today's code or tomorrow's, that forgets it. A row of its own each time, so that
-- no transition waits for another one's: src/jobs/fold.ts adds them up.
CREATE FUNCTION "count_in_batch"() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO "batch_deltas" ("batch_id", "pending", "running", "completed", "failed", "cancelled")
    VALUES (NEW."batch_id",
            (NEW."status" IN ('PENDING', 'RETRYING'))::int - (OLD."status" IN ('PENDING', 'RETRYING'))::int,
            (NEW."status" = 'RUNNING')::int - (OLD."status" = 'RUNNING')::int,
            (NEW."status" = 'COMPLETED')::int - (OLD."status" = 'COMPLETED')::int,
            (NEW."status" = 'FAILED')::int - (OLD."status" = 'FAILED')::int,
            (NEW."status" = 'CANCELLED')::int - (OLD."status" = 'CANCELLED')::int);
    RETURN NULL;
END $$;

CREATE TRIGGER "count_in_batch" AFTER UPDATE OF "status" ON "jobs" FOR EACH ROW
    WHEN (NEW."batch_id" IS NOT NULL AND NEW."status" <> OLD."status")
    EXECUTE FUNCTION "count_in_batch"();
