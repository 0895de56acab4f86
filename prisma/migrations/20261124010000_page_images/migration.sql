-- Where the images of a page lie in storage: StoredImages.
ALTER TABLE "pages" ADD COLUMN "images" JSONB;
