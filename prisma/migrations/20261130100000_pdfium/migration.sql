-- PDFium reads the pages now, by an engine of our own. Rows that name its predecessor stay readable.
ALTER TYPE "Engine" RENAME VALUE 'LITEPARSE' TO 'PDFIUM';

-- What was learned about the speed of its predecessor says nothing about it.
DELETE FROM "costs" WHERE "engine" = 'LITEPARSE';
