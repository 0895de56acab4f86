-- Why no engine could read a page; null for a page that was read.
ALTER TABLE "pages" ADD COLUMN "failure" TEXT;

-- JobResult.unreadablePages, and the pages that a new attempt knows to be unreadable. Nearly always empty.
CREATE INDEX "pages_unreadable" ON "pages" ("job_id", "number") WHERE "failure" IS NOT NULL;
