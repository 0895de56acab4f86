-- What is known of a page beside its text: engine, hidden text, annotations, form fields, blocks. Read as a whole or not at all.
ALTER TABLE "pages" ADD COLUMN "details" JSONB NOT NULL DEFAULT '{}';
