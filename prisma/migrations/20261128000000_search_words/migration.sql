-- What PostgreSQL's parser takes for one word is not what people search for: either/or, jane@example.com, -01, with a database
-- whose locale is C (the embedded one) every sign beyond ASCII, so “honey” or keeper’s, and a whole sentence where words are written without spaces;
-- and what stands between < and > it takes for a tag and leaves out. So it gets a text in which signs are apart from words, and letters of
-- scripts without spaces apart from each other: a word of these is found as a phrase.
--
-- U+0003, which no text holds, is put around what shall stand apart. Signs beyond ASCII are written like an entity, &_—;, as the parser skips
-- these, where it takes the sign for a letter and where it does not. Both can be undone: see unmark in src/jobs/search.ts. The quotation mark and
-- the hyphen in front of a word are left as they are: in a query they mean something.
CREATE FUNCTION pagehive_words(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE WHEN octet_length($1) = length($1) THEN apart ELSE regexp_replace(apart, '(['
               || '\u00a0-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7\u02c2-\u02df\u037e\u0387\u055a-\u055f\u0589\u058a'
               || '\u05be\u05c0\u05c3\u05c6\u05f3\u05f4\u060c\u061b\u061f\u066a-\u066d\u06d4\u0964\u0965\u2000-\u208e\u20a0-\u20cf\u2190-\u2bff'
               || '\u2e00-\u2e7f\u3000-\u3004\u3008-\u3020\u3030\u303d\u30fb\ufe10-\ufe6f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65'
               || ']+)', '&_\1;', 'g') END
      FROM replace(regexp_replace($1, '(['
               -- ASCII, Thai and Lao, Burmese, Khmer, what Chinese and Japanese is written with, emoji, rare ideographs.
               || '!#-,./:-@[-\x60{-~\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fff\u3005-\u3007\u3021-\u302f\u3031-\u303c\u3040-\u30fa'
               || '\u30fc-\u312f\u31a0-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U0001f000-\U0001faff\U00020000-\U0003ffff'
               || '])', E'\x03\\1\x03', 'g'), '-', E'-\x03') apart
$$;

-- A query by the same rules. Typographic quotation marks, which telephones write, are those of a phrase. Signs are not needed any more;
-- those that mean something between words stay. A hyphen that stands alone is a dash and forbids nothing; besides, PostgreSQL gives up
-- where more than 32 of them follow one another, as in a line drawn with them.
CREATE FUNCTION pagehive_query(text) RETURNS tsquery LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
    SELECT websearch_to_tsquery('pagehive', regexp_replace(
               regexp_replace(
                   pagehive_words(regexp_replace(translate($1, '“”„', '"""'), '-(?=[-[:space:]]|$)', '', 'g')),
                   E'&_[^;]+;|\x03[#-%''*-,./:-@[-\x60{}~]\x03', E'\x03', 'g'),
               E'\x03([!&|()])\x03|((?:^|[\\s"])-)\x03', '\1\2', 'g'))
$$;

-- Reads every page once, and makes its index anew.
ALTER TABLE "pages" DROP COLUMN "search";
ALTER TABLE "pages" ADD COLUMN "search" tsvector GENERATED ALWAYS AS (to_tsvector('pagehive'::regconfig, pagehive_words(left(text, 100000)))) STORED;
CREATE INDEX "pages_search_idx" ON "pages" USING GIN ("search");
