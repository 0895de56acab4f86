-- Final jobs whose rows are in a file of the storage. The row keeps what the job's row referenced: its document, batch and webhook.
CREATE TABLE "archived_jobs" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "source_id" UUID NOT NULL,
    "batch_id" UUID,
    "webhook_id" UUID,
    "name" TEXT,
    "status" "JobStatus" NOT NULL,
    "pages" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "archived_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "storage_key" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "sha256" TEXT NOT NULL,

    CONSTRAINT "archived_jobs_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "archived_jobs_tenant_id_id_idx" ON "archived_jobs"("tenant_id", "id" DESC);
CREATE INDEX "archived_jobs_batch_idx" ON "archived_jobs"("batch_id", "id" DESC) WHERE "batch_id" IS NOT NULL;
CREATE INDEX "archived_jobs_source_id_idx" ON "archived_jobs"("source_id");
CREATE UNIQUE INDEX "archived_jobs_storage_key_key" ON "archived_jobs"("storage_key");
-- To delete those that are too old.
CREATE INDEX "archived_jobs_ended_idx" ON "archived_jobs"("tenant_id", "finished_at");
CREATE INDEX "archived_jobs_expires_idx" ON "archived_jobs"("tenant_id", "expires_at") WHERE "expires_at" IS NOT NULL;
CREATE INDEX "archived_jobs_webhook_idx" ON "archived_jobs"("webhook_id") WHERE "webhook_id" IS NOT NULL;

ALTER TABLE "archived_jobs" ADD CONSTRAINT "archived_jobs_tenant_id_fkey"
    FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "archived_jobs" ADD CONSTRAINT "archived_jobs_source_id_tenant_id_fkey"
    FOREIGN KEY ("source_id", "tenant_id") REFERENCES "sources"("id", "tenant_id") ON DELETE NO ACTION ON UPDATE CASCADE;
ALTER TABLE "archived_jobs" ADD CONSTRAINT "archived_jobs_batch_id_tenant_id_fkey"
    FOREIGN KEY ("batch_id", "tenant_id") REFERENCES "batches"("id", "tenant_id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "archived_jobs" ADD CONSTRAINT "archived_jobs_webhook_id_tenant_id_fkey"
    FOREIGN KEY ("webhook_id", "tenant_id") REFERENCES "webhooks"("id", "tenant_id") ON DELETE NO ACTION ON UPDATE CASCADE;

ALTER TABLE "archived_jobs" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON "archived_jobs" USING (tenant_id = nullif(current_setting('pagehive.tenant', true), '')::uuid);

-- A restored job is not archived again at once.
ALTER TABLE "jobs" ADD COLUMN "restored_at" TIMESTAMPTZ(3);

ALTER TYPE "BulkOperationKind" ADD VALUE 'ARCHIVE';
