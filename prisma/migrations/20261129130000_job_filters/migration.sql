-- pagehive_lower: lower case of all scripts. With a database whose locale is C, lower() knows ASCII alone, so the best collation that this
-- server has is named.
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

-- pagehive_form: a text in one Unicode form: compatibility forms, and letters in one or two characters, are the same; characters that are
-- not seen (soft hyphens, joiners, marks of direction) are left out. Not STRICT: that would keep the planner from inlining it.
CREATE FUNCTION pagehive_form(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN octet_length($1) = length($1) THEN $1
            ELSE regexp_replace(normalize($1, NFKC), '[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]', '', 'g') END;

-- pagehive_fold: a text in the form in which names are compared: upper and lower case are the same, too.
CREATE FUNCTION pagehive_fold(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pagehive_lower(pagehive_form($1));

-- Not longer than what a row of an index can hold: some characters become many.
ALTER TABLE "jobs" ADD COLUMN "name_folded" TEXT GENERATED ALWAYS AS (left(pagehive_fold("name"), 600)) STORED;

-- Lists of jobs by status and by failure, newest first, whatever their number. The second covers both filters together. Both have the
-- name, too, so that it is compared without reading the table.
CREATE INDEX "jobs_status_idx" ON "jobs"("tenant_id", "status", "created_at" DESC, "id" DESC) INCLUDE ("name_folded");
CREATE INDEX "jobs_failure_idx" ON "jobs"("tenant_id", "failure_code", "status", "created_at" DESC, "id" DESC) INCLUDE ("name_folded")
    WHERE "failure_code" IS NOT NULL;
DROP INDEX "jobs_failed_idx";

-- Counts of long lists are estimated by the planner, which takes columns for independent unless told otherwise.
CREATE STATISTICS "jobs_filters" (mcv) ON "tenant_id", "status", "failure_code" FROM "jobs";

-- The names of jobs as they are searched. A table of its own: its rows never change, and each status of a job would otherwise write
-- the index of its name anew. No submission waits for that index: names wait in the first table until maintenance moves them to the
-- second, and queries read both.
CREATE TABLE "unindexed_job_names" (
    "job_id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "folded" TEXT NOT NULL,

    CONSTRAINT "unindexed_job_names_pkey" PRIMARY KEY ("job_id"),
    CONSTRAINT "unindexed_job_names_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "jobs"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "unindexed_job_names_tenant_id_idx" ON "unindexed_job_names"("tenant_id");

CREATE TABLE "job_names" (
    "job_id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "folded" TEXT NOT NULL,

    CONSTRAINT "job_names_pkey" PRIMARY KEY ("job_id"),
    CONSTRAINT "job_names_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "jobs"("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- pagehive_gram: a lexeme for some characters of a tenant's names.
CREATE FUNCTION pagehive_gram(tenant uuid, characters text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN left(md5(tenant::text), 8) || characters;

-- pagehive_grams: what a name is found by: every three characters of it that follow one another, those of each tenant apart. At its end
-- U+0003, which no name holds, stands for what is missing, so that one or two characters are the beginning of a lexeme, too.
CREATE FUNCTION pagehive_grams(tenant uuid, folded text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN array_to_tsvector(ARRAY(SELECT pagehive_gram(tenant, substr(folded || E'\x03\x03', at, 3)) FROM generate_series(1, length(folded)) at));

-- Few names wait outside of the index proper: each query reads them, too.
CREATE INDEX "job_names_grams_idx" ON "job_names" USING GIN (pagehive_grams("tenant_id", "folded")) WITH (gin_pending_list_limit = 1024);

-- index_job_name: a trigger, so that no code path forgets it.
CREATE FUNCTION "index_job_name"() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM "unindexed_job_names" WHERE "job_id" = NEW."id";
        DELETE FROM "job_names" WHERE "job_id" = NEW."id";
    END IF;
    IF NEW."name" IS NOT NULL THEN
        INSERT INTO "unindexed_job_names" ("job_id", "tenant_id", "created_at", "folded")
        VALUES (NEW."id", NEW."tenant_id", NEW."created_at", NEW."name_folded");
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER "index_name_of_new_job" AFTER INSERT ON "jobs" FOR EACH ROW
    WHEN (NEW."name" IS NOT NULL)
    EXECUTE FUNCTION "index_job_name"();
CREATE TRIGGER "index_name_of_job" AFTER UPDATE OF "name" ON "jobs" FOR EACH ROW
    WHEN (NEW."name" IS DISTINCT FROM OLD."name")
    EXECUTE FUNCTION "index_job_name"();

INSERT INTO "unindexed_job_names" SELECT "id", "tenant_id", "created_at", "name_folded" FROM "jobs" WHERE "name" IS NOT NULL;
