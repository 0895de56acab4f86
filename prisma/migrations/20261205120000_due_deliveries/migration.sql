-- Claims find due deliveries by tenant. The hash of a lane takes the place of its text, so that claims can examine
-- lanes at random places of the index, and the index stays small. Two lanes with one hash share their slots.
CREATE INDEX "webhook_deliveries_due_idx" ON "webhook_deliveries"("tenant_id", "due_at") WHERE "status" = 'PENDING';
CREATE INDEX "webhook_deliveries_lane_idx" ON "webhook_deliveries"("tenant_id", hashtext("lane"), "due_at") WHERE "status" = 'PENDING';
DROP INDEX "webhook_deliveries_pending_idx";

-- The endpoints with pending deliveries: the pruner looks for deleted ones.
CREATE INDEX "webhook_deliveries_pending_endpoint_idx" ON "webhook_deliveries"("endpoint_id")
    WHERE "status" = 'PENDING' AND "endpoint_id" IS NOT NULL;
