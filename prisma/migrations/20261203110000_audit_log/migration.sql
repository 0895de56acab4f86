-- Who did what. Entries are never changed; maintenance deletes old ones.
CREATE TYPE "AuditActor" AS ENUM ('API_KEY', 'WATCH_TOKEN', 'ANONYMOUS', 'COMMAND_LINE');

-- No foreign keys: an entry outlives its tenant and key.
CREATE TABLE "audit_log" (
    "id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "tenant_id" UUID NOT NULL,
    "actor" "AuditActor" NOT NULL,
    "key_id" UUID,
    "address" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "target" TEXT,
    "outcome" TEXT NOT NULL,
    CONSTRAINT "audit_log_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "audit_log_tenant_id_id_idx" ON "audit_log" ("tenant_id", "id" DESC);
CREATE INDEX "audit_log_key_id_id_idx" ON "audit_log" ("key_id", "id" DESC);
CREATE INDEX "audit_log_target_id_idx" ON "audit_log" ("target", "id" DESC);
CREATE INDEX "audit_log_at_idx" ON "audit_log" ("at");

-- The same policy as that of all other rows of tenants.
ALTER TABLE "audit_log" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON "audit_log" USING (tenant_id = nullif(current_setting('pagehive.tenant', true), '')::uuid);
