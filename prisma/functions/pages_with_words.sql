-- pages_with_words: finds the caller's pages with words, by the index.
--
-- Parameters: tenant, the caller's; words, the query; null for no pages.
-- Returns: the jobs of the pages, newest first, and where their rows are.
-- Called by: src/jobs/sql/search-pages.ts.
--
-- It runs as the owner of the tables: under row-level security the planner does not use the index, because comparing words might leak
-- something of the rows. So its own condition limits it to the rows of the tenant that the transaction names.
CREATE OR REPLACE FUNCTION pages_with_words(tenant uuid, words tsquery) RETURNS TABLE (job_id uuid, places tid[])
LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.job_id, array_agg(p.ctid) FROM pages p
     WHERE p.tenant_id = tenant AND p.search @@ words
       AND p.tenant_id = nullif(current_setting('pagehive.tenant', true), '')::uuid
     GROUP BY p.job_id
     ORDER BY p.job_id DESC
$$;

-- Only the API's role may use the rights of the owner; src/connections/api-grants.ts lists it.
REVOKE EXECUTE ON FUNCTION pages_with_words(uuid, tsquery) FROM PUBLIC;
