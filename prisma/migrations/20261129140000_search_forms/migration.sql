-- The text with words joined that are hyphenated at the end of a line; null if no word is joined.
ALTER TABLE "pages" ADD COLUMN "searched" TEXT;

-- pagehive_query: as before, but folds the query first. In a database with locale C, PostgreSQL's parser only lowers ASCII.
CREATE OR REPLACE FUNCTION pagehive_query(text) RETURNS tsquery LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
    SELECT websearch_to_tsquery('pagehive', regexp_replace(
               regexp_replace(
                   pagehive_words(regexp_replace(translate(pagehive_fold($1), '“”„', '"""'), '-(?=[-[:space:]]|$)', '', 'g')),
                   E'&_[^;]+;|\x03[#-%''*-,./:-@[-\x60{}~]\x03', E'\x03', 'g'),
               E'\x03([!&|()])\x03|((?:^|[\\s"])-)\x03', '\1\2', 'g'))
$$;

-- Rewrites every page and rebuilds the index. The folded text is cut again, because NFKC expands some characters.
ALTER TABLE "pages" DROP COLUMN "search";
ALTER TABLE "pages" ADD COLUMN "search" tsvector GENERATED ALWAYS AS (
    to_tsvector('pagehive'::regconfig, pagehive_words(left(pagehive_fold(left(coalesce(searched, text), 100000)), 100000)))
) STORED;
CREATE INDEX "pages_search_idx" ON "pages" USING GIN ("search");
