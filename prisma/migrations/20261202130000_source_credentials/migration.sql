-- The user name and password of a document's URL are encrypted, and erased once no job needs them.
ALTER TABLE "sources" ADD COLUMN "sealed_credentials" TEXT;
CREATE INDEX "sources_credentials_idx" ON "sources"("id") WHERE "sealed_credentials" IS NOT NULL;

-- SQL cannot encrypt those of jobs that still need them. The others are no longer needed.
UPDATE "sources" s SET "url" = regexp_replace("url", '^([a-z]+://)[^/?#]*@', '\1', 'i')
 WHERE "url" ~* '^[a-z]+://[^/?#]*@'
   AND ("storage_key" IS NOT NULL OR NOT EXISTS (SELECT FROM "jobs" j WHERE j."source_id" = s."id" AND j."finished_at" IS NULL));
