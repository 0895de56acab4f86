-- When a final job with options.expireAfterSeconds is deleted.
ALTER TABLE "jobs" ADD COLUMN "expires_at" TIMESTAMPTZ(3);
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_expire_when_final" CHECK ("expires_at" IS NULL OR "finished_at" IS NOT NULL);
CREATE INDEX "jobs_expires_idx" ON "jobs"("tenant_id", "expires_at") WHERE "expires_at" IS NOT NULL;

-- The jobs of a tenant in the order of their ends, to delete those that are too old.
CREATE INDEX "jobs_ended_idx" ON "jobs"("tenant_id", "finished_at") WHERE "finished_at" IS NOT NULL;
