-- Documents that are being received or downloaded, with the bytes reserved for them in the quota of their tenant.
CREATE TABLE "arrivals" (
    "source_id" UUID NOT NULL,
    "holder" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "bytes" BIGINT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "arrivals_pkey" PRIMARY KEY ("source_id", "holder")
);
CREATE INDEX "arrivals_tenant_id_idx" ON "arrivals"("tenant_id");
ALTER TABLE "arrivals" ADD CONSTRAINT "arrivals_source_id_tenant_id_fkey"
    FOREIGN KEY ("source_id", "tenant_id") REFERENCES "sources"("id", "tenant_id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "arrivals" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON "arrivals" USING (tenant_id = nullif(current_setting('pagehive.tenant', true), '')::uuid);
