-- Limits of the caller of a retry, which apply to each job that it runs again.
ALTER TABLE "batch_changes" ADD COLUMN "limits" JSONB NOT NULL DEFAULT '{}';
