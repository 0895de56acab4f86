-- The text of a page as search reads it, where words that are broken at the end of a line are joined; null where that is the text itself.
ALTER TABLE "pages" ADD COLUMN "searched" TEXT;

-- pagehive_query, as before, but of a query in one Unicode form and in lower case of all scripts: with a database whose locale is C the
-- parser knows that of ASCII alone.
CREATE OR REPLACE FUNCTION pagehive_query(text) RETURNS tsquery LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
    SELECT websearch_to_tsquery('pagehive', regexp_replace(
               regexp_replace(
                   pagehive_words(regexp_replace(translate(pagehive_fold($1), '“”„', '"""'), '-(?=[-[:space:]]|$)', '', 'g')),
                   E'&_[^;]+;|\x03[#-%''*-,./:-@[-\x60{}~]\x03', E'\x03', 'g'),
               E'\x03([!&|()])\x03|((?:^|[\\s"])-)\x03', '\1\2', 'g'))
$$;

-- Reads every page once, and makes its index anew. Some characters become many in that form, so it is cut again.
ALTER TABLE "pages" DROP COLUMN "search";
ALTER TABLE "pages" ADD COLUMN "search" tsvector GENERATED ALWAYS AS (
    to_tsvector('pagehive'::regconfig, pagehive_words(left(pagehive_fold(left(coalesce(searched, text), 100000)), 100000)))
) STORED;
CREATE INDEX "pages_search_idx" ON "pages" USING GIN ("search");
