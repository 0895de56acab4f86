-- Every table with rows of tenants has tenant_id, and foreign keys include it: no row can reference a row of another tenant.
ALTER TABLE "job_attempts" ADD COLUMN "tenant_id" UUID;
UPDATE "job_attempts" a SET "tenant_id" = j."tenant_id" FROM "jobs" j WHERE j."id" = a."job_id";
ALTER TABLE "job_attempts" ALTER COLUMN "tenant_id" SET NOT NULL;

ALTER TABLE "batch_changes" ADD COLUMN "tenant_id" UUID;
UPDATE "batch_changes" c SET "tenant_id" = b."tenant_id" FROM "batches" b WHERE b."id" = c."batch_id";
ALTER TABLE "batch_changes" ALTER COLUMN "tenant_id" SET NOT NULL;

ALTER TABLE "webhook_attempts" ADD COLUMN "tenant_id" UUID;
UPDATE "webhook_attempts" a SET "tenant_id" = d."tenant_id" FROM "webhook_deliveries" d WHERE d."id" = a."delivery_id";
ALTER TABLE "webhook_attempts" ALTER COLUMN "tenant_id" SET NOT NULL;

-- Without a foreign key, deltas may outlive their batch. Nothing reads those.
ALTER TABLE "batch_deltas" ADD COLUMN "tenant_id" UUID;
UPDATE "batch_deltas" d SET "tenant_id" = b."tenant_id" FROM "batches" b WHERE b."id" = d."batch_id";
DELETE FROM "batch_deltas" WHERE "tenant_id" IS NULL;
ALTER TABLE "batch_deltas" ALTER COLUMN "tenant_id" SET NOT NULL;

CREATE UNIQUE INDEX "sources_id_tenant_id_key" ON "sources"("id", "tenant_id");
CREATE UNIQUE INDEX "jobs_id_tenant_id_key" ON "jobs"("id", "tenant_id");
CREATE UNIQUE INDEX "batches_id_tenant_id_key" ON "batches"("id", "tenant_id");
CREATE UNIQUE INDEX "webhooks_id_tenant_id_key" ON "webhooks"("id", "tenant_id");
CREATE UNIQUE INDEX "webhook_deliveries_id_tenant_id_key" ON "webhook_deliveries"("id", "tenant_id");

ALTER TABLE "jobs"
    DROP CONSTRAINT "jobs_source_id_fkey",
    DROP CONSTRAINT "jobs_batch_id_fkey",
    DROP CONSTRAINT "jobs_webhook_id_fkey",
    ADD CONSTRAINT "jobs_source_id_tenant_id_fkey" FOREIGN KEY ("source_id", "tenant_id")
        REFERENCES "sources"("id", "tenant_id") ON DELETE NO ACTION ON UPDATE CASCADE,
    ADD CONSTRAINT "jobs_batch_id_tenant_id_fkey" FOREIGN KEY ("batch_id", "tenant_id")
        REFERENCES "batches"("id", "tenant_id") ON DELETE RESTRICT ON UPDATE CASCADE,
    ADD CONSTRAINT "jobs_webhook_id_tenant_id_fkey" FOREIGN KEY ("webhook_id", "tenant_id")
        REFERENCES "webhooks"("id", "tenant_id") ON DELETE NO ACTION ON UPDATE CASCADE;
ALTER TABLE "job_names"
    DROP CONSTRAINT "job_names_job_id_fkey",
    ADD CONSTRAINT "job_names_job_id_tenant_id_fkey" FOREIGN KEY ("job_id", "tenant_id")
        REFERENCES "jobs"("id", "tenant_id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "job_attempts"
    DROP CONSTRAINT "job_attempts_job_id_fkey",
    ADD CONSTRAINT "job_attempts_job_id_tenant_id_fkey" FOREIGN KEY ("job_id", "tenant_id")
        REFERENCES "jobs"("id", "tenant_id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "pages"
    DROP CONSTRAINT "pages_job_id_fkey",
    ADD CONSTRAINT "pages_job_id_tenant_id_fkey" FOREIGN KEY ("job_id", "tenant_id")
        REFERENCES "jobs"("id", "tenant_id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "batches"
    DROP CONSTRAINT "batches_webhook_id_fkey",
    ADD CONSTRAINT "batches_webhook_id_tenant_id_fkey" FOREIGN KEY ("webhook_id", "tenant_id")
        REFERENCES "webhooks"("id", "tenant_id") ON DELETE NO ACTION ON UPDATE CASCADE;
ALTER TABLE "batch_changes"
    DROP CONSTRAINT "batch_changes_batch_id_fkey",
    ADD CONSTRAINT "batch_changes_batch_id_tenant_id_fkey" FOREIGN KEY ("batch_id", "tenant_id")
        REFERENCES "batches"("id", "tenant_id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "webhook_attempts"
    DROP CONSTRAINT "webhook_attempts_delivery_id_fkey",
    ADD CONSTRAINT "webhook_attempts_delivery_id_tenant_id_fkey" FOREIGN KEY ("delivery_id", "tenant_id")
        REFERENCES "webhook_deliveries"("id", "tenant_id") ON DELETE CASCADE ON UPDATE CASCADE;
