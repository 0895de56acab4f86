-- Since when an operator has had everything of the tenant erased.
ALTER TABLE "tenants" ADD COLUMN "erasing_since" TIMESTAMPTZ(3);

-- The receipts. The tenant has no foreign key, because its row is deleted at the end.
CREATE TABLE "tenant_erasures" (
    "id" UUID NOT NULL,
    "erased_tenant_id" UUID NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),
    "deleted" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "tenant_erasures_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "tenant_erasures_tenant_idx" ON "tenant_erasures"("erased_tenant_id");
