-- CreateEnum
CREATE TYPE "BatchChangeKind" AS ENUM ('CANCEL', 'RETRY');

-- What was asked of the jobs of a batch and is not done yet: an answered request survives the process that answered it.
CREATE TABLE "batch_changes" (
    "batch_id" UUID NOT NULL,
    "kind" "BatchChangeKind" NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "options" JSONB NOT NULL DEFAULT '{}',
    "max_retries" INTEGER,
    "sealed_password" TEXT,

    CONSTRAINT "batch_changes_pkey" PRIMARY KEY ("batch_id", "kind"),
    CONSTRAINT "batch_changes_batch_id_fkey" FOREIGN KEY ("batch_id") REFERENCES "batches"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
