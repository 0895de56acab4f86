-- Since when the next part of a bulk operation fails.
ALTER TABLE "bulk_operations" ADD COLUMN "failing_since" TIMESTAMPTZ(3);
