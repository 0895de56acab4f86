-- pagehive_form: a text in NFKC without characters that are not displayed: soft hyphens, joiners, marks of direction, variation
-- selectors. Greek letters with an iota below get it beside them, as their capitals have.
CREATE OR REPLACE FUNCTION pagehive_form(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN octet_length($1) = length($1) THEN $1 ELSE (
    SELECT regexp_replace(iota, '[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]', '', 'g')
      FROM (SELECT CASE WHEN $1 IS NFKC NORMALIZED THEN $1 ELSE normalize($1, NFKC) END OFFSET 0) n (form), LATERAL (
           SELECT CASE WHEN form ~ '[\u0345\u1f80-\u1ffc]' THEN normalize(replace(normalize(form, NFD), U&'\0345', U&'\03b9'), NFC) ELSE form END OFFSET 0
      ) greek (iota)
) END;

-- pagehive_fold: the form in which texts are compared: pagehive_form with full case folding, so that a word is equal to itself in
-- capitals. Lower case alone keeps ß apart from SS and ς apart from σ. The Turkish i without a dot and I with a dot fold to i, because
-- their other cases are I and i. src/jobs/fold-text.ts does the same. OFFSET 0 makes PostgreSQL evaluate each
-- step once.
CREATE OR REPLACE FUNCTION pagehive_fold(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN octet_length($1) = length($1) THEN pagehive_lower($1) ELSE (
    SELECT CASE WHEN folded IS NFC NORMALIZED THEN folded ELSE normalize(folded, NFC) END
      FROM (SELECT pagehive_lower(pagehive_form($1)) OFFSET 0) small (lowered), LATERAL (
           SELECT replace(replace(replace(replace(lowered, U&'\00df', 'ss'), U&'\03c2', U&'\03c3'), U&'\0131', 'i'), U&'i\0307', 'i') OFFSET 0
      ) replaced (letters), LATERAL (
           SELECT CASE WHEN letters ~ '[\u1c80-\u1c88]'
                       THEN translate(letters, U&'\1c80\1c81\1c82\1c83\1c84\1c85\1c86\1c87\1c88', U&'\0432\0434\043e\0441\0442\0442\044a\0463\a64b')
                       ELSE letters END OFFSET 0
      ) cyrillic (folded)
) END;

-- Names, and the indexes that contain them.
ALTER TABLE "jobs" DROP COLUMN "name_folded";
ALTER TABLE "jobs" ADD COLUMN "name_folded" TEXT GENERATED ALWAYS AS (left(pagehive_fold("name"), 600)) STORED;
CREATE INDEX "jobs_status_idx" ON "jobs"("tenant_id", "status", "created_at" DESC, "id" DESC) INCLUDE ("name_folded");
CREATE INDEX "jobs_failure_idx" ON "jobs"("tenant_id", "failure_code", "status", "created_at" DESC, "id" DESC) INCLUDE ("name_folded")
    WHERE "failure_code" IS NOT NULL;
UPDATE "job_names" n SET "folded" = j."name_folded" FROM "jobs" j WHERE j."id" = n."job_id" AND j."name_folded" <> n."folded";

-- Rewrites every page and rebuilds the index. If words are broken at the ends of lines, "searched" is the text with these words joined,
-- and after it, separated by U+0003, the passages around them with the hyphens kept. A word in place of U+0003, which is deleted
-- again, keeps phrases from matching across the passages. The folded text is cut again, because NFKC expands some characters.
ALTER TABLE "pages" DROP COLUMN "search";
ALTER TABLE "pages" ADD COLUMN "search" tsvector GENERATED ALWAYS AS (
    ts_delete(to_tsvector('pagehive'::regconfig, pagehive_words(replace(
        left(pagehive_fold(left(coalesce(searched, left(text, 100000)), 200000)), 200000), chr(3), ' pagehivegap '))), 'pagehivegap')
) STORED;
CREATE INDEX "pages_search_idx" ON "pages" USING GIN ("search");
