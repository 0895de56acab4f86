-- Limits that an operator has set for a key or tenant. Limits that are not set have the defaults of the environment.
ALTER TABLE "api_keys" ADD COLUMN "limits" JSONB NOT NULL DEFAULT '{}';
ALTER TABLE "tenants" ADD COLUMN "limits" JSONB NOT NULL DEFAULT '{}';

-- What a tenant uses, up to the changes in usage_deltas.
CREATE TABLE "tenant_usage" (
    "tenant_id" UUID NOT NULL,
    "bytes" BIGINT NOT NULL DEFAULT 0,
    "month" DATE NOT NULL,
    "pages" BIGINT NOT NULL DEFAULT 0,
    CONSTRAINT "tenant_usage_pkey" PRIMARY KEY ("tenant_id")
);
ALTER TABLE "tenant_usage" ADD CONSTRAINT "tenant_usage_tenant_id_fkey"
    FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Changes of the usage. Each has its own row, so that none waits for another one. No foreign key: checking it would lock the tenant.
CREATE TABLE "usage_deltas" (
    "id" BIGSERIAL NOT NULL,
    "tenant_id" UUID NOT NULL,
    "bytes" BIGINT NOT NULL DEFAULT 0,
    "month" DATE,
    "pages" INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT "usage_deltas_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "usage_deltas_tenant_id_idx" ON "usage_deltas" ("tenant_id");
ALTER TABLE "usage_deltas" SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.05);

INSERT INTO "tenant_usage" ("tenant_id", "bytes", "month")
SELECT "tenant_id", sum("bytes"), date_trunc('month', now() AT TIME ZONE 'UTC')::date
  FROM "sources" WHERE "storage_key" IS NOT NULL AND "bytes" IS NOT NULL GROUP BY "tenant_id";

-- The same policy as that of all other rows of tenants.
ALTER TABLE "tenant_usage" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON "tenant_usage" USING (tenant_id = nullif(current_setting('pagehive.tenant', true), '')::uuid);
ALTER TABLE "usage_deltas" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON "usage_deltas" USING (tenant_id = nullif(current_setting('pagehive.tenant', true), '')::uuid);
