-- pagehive_lower: lower case in all scripts. In a database with locale C, lower() only maps ASCII, so the function names the best
-- collation of this server.
DO $$
DECLARE
    known text[] := ARRAY['pg_c_utf8', 'und-x-icu', 'C.utf8', 'C.UTF-8', 'en_US.utf8'];
    best text;
BEGIN
    SELECT c.collname INTO best FROM pg_collation c
     WHERE c.collname::text = ANY (known) AND c.collencoding IN (-1, pg_char_to_encoding('UTF8'))
     ORDER BY array_position(known, c.collname::text) LIMIT 1;
    EXECUTE format('CREATE FUNCTION pagehive_lower(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN lower($1 COLLATE %I)',
                   coalesce(best, 'default'));
END $$;

-- pagehive_form: a text in NFKC without invisible characters (soft hyphens, joiners, marks of direction). Not STRICT, so that the
-- planner can inline it.
CREATE FUNCTION pagehive_form(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN octet_length($1) = length($1) THEN $1
            ELSE regexp_replace(normalize($1, NFKC), '[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]', '', 'g') END;

-- pagehive_fold: the form in which texts are compared: pagehive_form in lower case. src/jobs/folded-name.ts does the same.
CREATE FUNCTION pagehive_fold(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pagehive_lower(pagehive_form($1));

-- At most 600 characters, because an index entry has a maximum size and NFKC expands some characters.
ALTER TABLE "jobs" ADD COLUMN "name_folded" TEXT GENERATED ALWAYS AS (left(pagehive_fold("name"), 600)) STORED;

-- Lists of jobs by status and by failure, newest first. The second index serves both filters together. Both include the name, so that
-- an index-only scan can compare it.
CREATE INDEX "jobs_status_idx" ON "jobs"("tenant_id", "status", "created_at" DESC, "id" DESC) INCLUDE ("name_folded");
CREATE INDEX "jobs_failure_idx" ON "jobs"("tenant_id", "failure_code", "status", "created_at" DESC, "id" DESC) INCLUDE ("name_folded")
    WHERE "failure_code" IS NOT NULL;
DROP INDEX "jobs_failed_idx";

-- The planner estimates the counts of long lists. Without these statistics it assumes that the columns are independent.
CREATE STATISTICS "jobs_filters" (mcv) ON "tenant_id", "status", "failure_code" FROM "jobs";

-- Names of jobs, to search them. A dedicated table, because its rows never change: in "jobs", each change of status would add
-- entries to the index of names.
CREATE TABLE "job_names" (
    "job_id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "folded" TEXT NOT NULL,

    CONSTRAINT "job_names_pkey" PRIMARY KEY ("job_id"),
    CONSTRAINT "job_names_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "jobs"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
INSERT INTO "job_names" SELECT "id", "tenant_id", "created_at", "name_folded" FROM "jobs" WHERE "name" IS NOT NULL;

-- pagehive_gram: the lexeme of up to three characters of a tenant's names.
CREATE FUNCTION pagehive_gram(tenant uuid, characters text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN left(md5(tenant::text), 8) || characters;

-- pagehive_grams: every three successive characters of a name, as lexemes of its tenant. U+0003, which no name contains, pads the
-- end, so that a search for one or two characters is a search for the beginning of a lexeme.
CREATE FUNCTION pagehive_grams(tenant uuid, folded text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN array_to_tsvector(ARRAY(SELECT pagehive_gram(tenant, substr(folded || E'\x03\x03', at, 3)) FROM generate_series(1, length(folded)) at));

-- New names wait in the index's pending list, so that a submission never updates the index. Maintenance empties the list every
-- second; up to 16 MB of names can wait while maintenance is down.
CREATE INDEX "job_names_grams_idx" ON "job_names" USING GIN (pagehive_grams("tenant_id", "folded"))
    WITH (fastupdate = on, gin_pending_list_limit = 16384);

-- index_job_names: a trigger, so that no statement that inserts jobs can omit the names.
CREATE FUNCTION "index_job_names"() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO "job_names" ("job_id", "tenant_id", "created_at", "folded")
    SELECT "id", "tenant_id", "created_at", "name_folded" FROM "inserted" WHERE "name" IS NOT NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER "index_job_names" AFTER INSERT ON "jobs" REFERENCING NEW TABLE AS "inserted" FOR EACH STATEMENT
    EXECUTE FUNCTION "index_job_names"();
