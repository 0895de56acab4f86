-- The order of the list of quarantined documents.
CREATE INDEX "quarantine_order_idx" ON "quarantine"("created_at", "sha256", "tenant_id", "engine_key");
