-- Bounds how often a job is given back to the queue for free.
ALTER TABLE "jobs" ADD COLUMN "give_backs" SMALLINT NOT NULL DEFAULT 0;

-- A batch is removed a day after the last of its jobs was deleted. Those of before may have none any more: the pruner looks.
ALTER TABLE "batches" ADD COLUMN "expires_at" TIMESTAMPTZ(3);
UPDATE "batches" SET "expires_at" = now() WHERE "finished_at" IS NOT NULL;
CREATE INDEX "batches_expires_at_idx" ON "batches"("expires_at") WHERE "expires_at" IS NOT NULL;
CREATE INDEX "idempotency_keys_batch_id_idx" ON "idempotency_keys"("batch_id") WHERE "batch_id" IS NOT NULL;

-- The row of an upload that expired is deleted after 30 days.
UPDATE "sources" SET "expires_at" = now() + interval '30 days' WHERE "status" = 'EXPIRED';

-- Deleting a webhook checks that no batch names it.
CREATE INDEX "batches_webhook_id_idx" ON "batches"("webhook_id") WHERE "webhook_id" IS NOT NULL;
