-- pagehive_query: parses a search into a query for pages.search, by the same rules as the words of the pages (pagehive_words).
--
-- Typographic quotation marks, which phones insert, delimit phrases too. Signs between words keep their meaning; all others are
-- dropped. A hyphen that stands alone is a dash and excludes nothing. PostgreSQL fails if more than 32 of them follow one another, as
-- in a line drawn with hyphens. The query is folded first: in a database with locale C, PostgreSQL's parser only lowers ASCII.
CREATE OR REPLACE FUNCTION pagehive_query(text) RETURNS tsquery LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
    SELECT websearch_to_tsquery('pagehive', regexp_replace(
               regexp_replace(
                   pagehive_words(regexp_replace(translate(pagehive_fold($1), '“”„', '"""'), '-(?=[-[:space:]]|$)', '', 'g')),
                   E'&_[^;]+;|\x03[#-%''*-,./:-@[-\x60{}~]\x03', E'\x03', 'g'),
               E'\x03([!&|()])\x03|((?:^|[\\s"])-)\x03', '\1\2', 'g'))
$$;
