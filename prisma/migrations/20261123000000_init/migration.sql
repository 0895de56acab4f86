-- Words are stemmed as English ones and compared without regard to case. No stop words: people search for "the who" and
-- for part numbers; other languages lose nothing, as what the stemmer doesn't know stays as it is.
CREATE TEXT SEARCH DICTIONARY "pagehive_stem" (TEMPLATE = snowball, LANGUAGE = english);
CREATE TEXT SEARCH CONFIGURATION "pagehive" (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION "pagehive"
    ALTER MAPPING FOR asciiword, asciihword, hword_asciipart, word, hword, hword_part WITH "pagehive_stem";

-- CreateEnum
CREATE TYPE "JobStatus" AS ENUM ('PENDING', 'RUNNING', 'RETRYING', 'COMPLETED', 'FAILED', 'CANCELLED');

-- CreateEnum
CREATE TYPE "JobStage" AS ENUM ('QUEUED', 'DOWNLOAD', 'OPEN', 'EXTRACT', 'OCR', 'RENDER', 'STORE');

-- CreateEnum
CREATE TYPE "SourceKind" AS ENUM ('URL', 'UPLOAD', 'FILE', 'BASE64');

-- CreateEnum
CREATE TYPE "UploadStatus" AS ENUM ('WAITING', 'STORED', 'EXPIRED');

-- CreateEnum
CREATE TYPE "Engine" AS ENUM ('LITEPARSE', 'PDFJS');

-- CreateTable
CREATE TABLE "installation" (
    "id" SMALLINT NOT NULL DEFAULT 1,
    "storage_id" UUID NOT NULL,
    "secret" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "installation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "tenants" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "tenants_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sources" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "kind" "SourceKind" NOT NULL,
    "status" "UploadStatus" NOT NULL,
    "url" TEXT,
    "filename" TEXT,
    "content_type" TEXT,
    "expected_bytes" BIGINT,
    "expected_sha256" TEXT,
    "bytes" BIGINT,
    "sha256" TEXT,
    "storage_key" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "sources_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "jobs" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "revision" INTEGER NOT NULL DEFAULT 1,
    "progress_seq" INTEGER NOT NULL DEFAULT 0,
    "status" "JobStatus" NOT NULL DEFAULT 'PENDING',
    "stage" "JobStage" NOT NULL DEFAULT 'QUEUED',
    "percent" SMALLINT NOT NULL DEFAULT 0,
    "pages_done" INTEGER NOT NULL DEFAULT 0,
    "pages_total" INTEGER,
    "bytes_done" BIGINT,
    "bytes_total" BIGINT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "claim_order" TIMESTAMPTZ(3) NOT NULL,
    "due_at" TIMESTAMPTZ(3),
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "worker_id" UUID,
    "heartbeat_at" TIMESTAMPTZ(3),
    "lease_expires_at" TIMESTAMPTZ(3),
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "run" INTEGER NOT NULL DEFAULT 1,
    "retry_count" INTEGER NOT NULL DEFAULT 0,
    "max_retries" INTEGER NOT NULL,
    "priority" SMALLINT NOT NULL,
    "name" TEXT,
    "metadata" JSONB,
    "options" JSONB NOT NULL,
    "sealed_password" TEXT,
    "source_id" UUID NOT NULL,
    "failure_code" TEXT,
    "failure_message" TEXT,
    "failure_page" INTEGER,
    "engine" "Engine",
    "stored_pages" int4multirange NOT NULL DEFAULT '{}'::int4multirange,
    "stored_by" TEXT,
    "document" JSONB,

    CONSTRAINT "jobs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "job_attempts" (
    "job_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "run" INTEGER NOT NULL,
    "worker_id" UUID,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3) NOT NULL,
    "failure_code" TEXT,
    "failure_message" TEXT,
    "failure_page" INTEGER,

    CONSTRAINT "job_attempts_pkey" PRIMARY KEY ("job_id","number")
);

-- CreateTable
CREATE TABLE "pages" (
    "job_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "tenant_id" UUID NOT NULL,
    "label" TEXT,
    "width" REAL NOT NULL,
    "height" REAL NOT NULL,
    "rotation" SMALLINT NOT NULL,
    "text" TEXT NOT NULL,
    "markdown" TEXT NOT NULL,
    "links" JSONB NOT NULL,
    -- A tsvector holds 1 MiB at most; 100,000 characters stay below it whatever they are.
    "search" tsvector GENERATED ALWAYS AS (to_tsvector('pagehive'::regconfig, left(text, 100000))) STORED,

    CONSTRAINT "pages_pkey" PRIMARY KEY ("job_id","number")
);

-- CreateTable
CREATE TABLE "idempotency_keys" (
    "tenant_id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "job_id" UUID NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("tenant_id","key")
);

-- CreateTable
CREATE TABLE "quarantine" (
    "tenant_id" UUID NOT NULL,
    "sha256" TEXT NOT NULL,
    "engine_key" TEXT NOT NULL,
    "job_id" UUID NOT NULL,
    "detail" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "quarantine_pkey" PRIMARY KEY ("tenant_id","sha256","engine_key")
);

-- CreateTable
CREATE TABLE "workers" (
    "id" UUID NOT NULL,
    "host" TEXT NOT NULL,
    "pid" INTEGER NOT NULL,
    "version" TEXT NOT NULL,
    "concurrency" INTEGER NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "heartbeat_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "running" INTEGER NOT NULL DEFAULT 0,
    "completed" INTEGER NOT NULL DEFAULT 0,
    "failed" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "workers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "leases" (
    "name" TEXT NOT NULL,
    "holder" UUID NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "leases_pkey" PRIMARY KEY ("name")
);

-- CreateIndex
CREATE INDEX "jobs_tenant_id_created_at_id_idx" ON "jobs"("tenant_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "jobs_source_id_idx" ON "jobs"("source_id");

-- CreateIndex
CREATE INDEX "pages_search_idx" ON "pages" USING GIN ("search");

-- CreateIndex
CREATE INDEX "idempotency_keys_job_id_idx" ON "idempotency_keys"("job_id");

-- AddForeignKey
ALTER TABLE "sources" ADD CONSTRAINT "sources_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_source_id_fkey" FOREIGN KEY ("source_id") REFERENCES "sources"("id") ON DELETE NO ACTION ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "job_attempts" ADD CONSTRAINT "job_attempts_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "jobs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pages" ADD CONSTRAINT "pages_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "jobs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "quarantine" ADD CONSTRAINT "quarantine_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What a claim looks through: the waiting rows of each tenant, in order. Those that must not start yet have an index of their own.
CREATE INDEX "jobs_waiting_idx" ON "jobs"("tenant_id", "claim_order", "id") WHERE "status" = 'PENDING' AND "due_at" IS NULL;
CREATE INDEX "jobs_due_idx" ON "jobs"("due_at", "id") WHERE "due_at" IS NOT NULL AND "status" IN ('PENDING', 'RETRYING');

-- As large as the fleet has slots. The lease is not in it, so that renewing it every second touches no index.
CREATE INDEX "jobs_running_idx" ON "jobs"("tenant_id") WHERE "status" = 'RUNNING';

-- Failures are rare and looked for often.
CREATE INDEX "jobs_failed_idx" ON "jobs"("tenant_id", "created_at" DESC, "id" DESC) WHERE "status" = 'FAILED';

CREATE INDEX "sources_expires_at_idx" ON "sources"("expires_at") WHERE "expires_at" IS NOT NULL;
CREATE INDEX "idempotency_keys_expires_at_idx" ON "idempotency_keys"("expires_at") WHERE "expires_at" IS NOT NULL;

-- What must hold whatever code writes: only a running job is leased, only a completed one is at 100 percent, final ones keep no password.
ALTER TABLE "jobs"
    ADD CONSTRAINT "jobs_leased_while_running" CHECK (("status" = 'RUNNING') = ("lease_expires_at" IS NOT NULL)),
    ADD CONSTRAINT "jobs_worker_while_running" CHECK ("status" <> 'RUNNING' OR "worker_id" IS NOT NULL),
    ADD CONSTRAINT "jobs_finished_when_final" CHECK (("status" IN ('COMPLETED', 'FAILED', 'CANCELLED')) = ("finished_at" IS NOT NULL)),
    ADD CONSTRAINT "jobs_hundred_when_completed" CHECK (("status" = 'COMPLETED') = ("percent" = 100)),
    ADD CONSTRAINT "jobs_no_password_when_final" CHECK ("finished_at" IS NULL OR "sealed_password" IS NULL);

-- Until API keys exist, everything belongs to this tenant.
INSERT INTO "tenants" ("id", "name") VALUES ('00000000-0000-7000-8000-000000000001', 'default');

-- claim_jobs: gives up to `slots` runnable jobs to a worker and returns their rows, RUNNING and leased.
--   in:  worker  the claiming worker's id
--        slots   how many rows at most
--        lease   how long the claim holds without renewal
--   out: the claimed rows, in the order in which they should start
-- Called by: src/jobs/claim.ts.
-- Fair: each tenant offers its first rows; they are taken in the order of how many the tenant would then have running, then by
-- claim_order, so that a tenant with ten thousand waiting rows delays another one's single row by no more than a slot.
-- The advisory lock makes concurrent claims see each other's running counts; it is held for the microseconds of this
-- transaction, which does not wait for the disk. A claim lost in a crash of the server is a row that waits again; whoever
-- believes to hold it fails the fence, which includes the worker's id for this very case.
CREATE FUNCTION "claim_jobs"(worker uuid, slots integer, lease interval) RETURNS SETOF "jobs"
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    PERFORM pg_advisory_xact_lock(7235, 1);
    RETURN QUERY
    WITH RECURSIVE tenants_waiting("tenant_id") AS (
        (SELECT j."tenant_id" FROM "jobs" j
          WHERE j."status" = 'PENDING' AND j."due_at" IS NULL
          ORDER BY j."tenant_id" LIMIT 1)
        UNION ALL
        (SELECT next."tenant_id" FROM tenants_waiting t
          CROSS JOIN LATERAL (
            SELECT j."tenant_id" FROM "jobs" j
             WHERE j."status" = 'PENDING' AND j."due_at" IS NULL AND j."tenant_id" > t."tenant_id"
             ORDER BY j."tenant_id" LIMIT 1) next)
    ),
    candidates AS (
        SELECT heads."id", heads."tenant_id", heads."claim_order" FROM tenants_waiting t
         CROSS JOIN LATERAL (
            SELECT j."id", j."tenant_id", j."claim_order" FROM "jobs" j
             WHERE j."status" = 'PENDING' AND j."due_at" IS NULL AND j."tenant_id" = t."tenant_id"
             ORDER BY j."claim_order", j."id" LIMIT slots) heads
        UNION ALL
        (SELECT j."id", j."tenant_id", j."claim_order" FROM "jobs" j
          WHERE j."due_at" IS NOT NULL AND j."status" IN ('PENDING', 'RETRYING') AND j."due_at" <= now()
          ORDER BY j."due_at", j."id" LIMIT greatest(slots, 200))
    ),
    running AS (
        SELECT j."tenant_id", count(*) AS n FROM "jobs" j WHERE j."status" = 'RUNNING' GROUP BY j."tenant_id"
    ),
    chosen AS (
        SELECT c."id" FROM (
            SELECT c."id", c."tenant_id", c."claim_order",
                   row_number() OVER (PARTITION BY c."tenant_id" ORDER BY c."claim_order", c."id") AS turn
              FROM candidates c) c
          LEFT JOIN running r ON r."tenant_id" = c."tenant_id"
         ORDER BY coalesce(r.n, 0) + c.turn, c."claim_order", c."id"
         LIMIT slots
    )
    UPDATE "jobs" j
       SET "status" = 'RUNNING',
           "stage" = CASE WHEN EXISTS (SELECT FROM "sources" s WHERE s."id" = j."source_id" AND s."storage_key" IS NULL)
                          THEN 'DOWNLOAD'::"JobStage" ELSE 'OPEN' END,
           "revision" = j."revision" + 1, "progress_seq" = 0, "percent" = 0,
           "pages_done" = (SELECT coalesce(sum(upper(r) - lower(r)), 0) FROM unnest(j."stored_pages") r),
           "bytes_done" = NULL, "bytes_total" = NULL, "attempt" = j."attempt" + 1, "due_at" = NULL,
           "started_at" = now(), "worker_id" = worker, "heartbeat_at" = now(), "lease_expires_at" = now() + lease
      FROM chosen
     WHERE j."id" = chosen."id" AND j."status" IN ('PENDING', 'RETRYING')
    RETURNING j.*;
END $$;
