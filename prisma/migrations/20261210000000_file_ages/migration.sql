-- To delete the bytes of documents that are too old.
CREATE INDEX "sources_stored_idx" ON "sources"("tenant_id", "created_at") WHERE "storage_key" IS NOT NULL;

-- To delete page images that are too old. Null until then.
ALTER TABLE "jobs" ADD COLUMN "images_deleted_at" TIMESTAMPTZ(3);
CREATE INDEX "jobs_images_idx" ON "jobs"("tenant_id", "finished_at")
    WHERE "finished_at" IS NOT NULL AND "images_deleted_at" IS NULL
      AND ("options" @> '{"thumbnails": true}' OR "options" @> '{"pageImages": true}');
