-- names_with_grams: finds the names of the caller's jobs that contain groups of characters, by the index.
--
-- Parameters: tenant, the caller's; grams, the query; most, the maximum number of names.
-- Returns: the jobs, in no order.
-- Called by: src/jobs/sql/list-by-name.ts.
--
-- It runs as the owner of the tables: under row-level security the planner does not use the index, because comparing words might leak
-- something of the rows. So its own condition limits it to the rows of the tenant that the transaction names.
CREATE OR REPLACE FUNCTION names_with_grams(tenant uuid, grams tsquery, most integer) RETURNS TABLE (id uuid, created_at timestamptz, name_folded text)
LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT n.job_id, n.created_at, n.folded FROM job_names n
     WHERE pagehive_grams(n.tenant_id, n.folded) @@ grams AND n.tenant_id = tenant
       AND n.tenant_id = nullif(current_setting('pagehive.tenant', true), '')::uuid
     LIMIT most
$$;

-- Only the API's role may use the rights of the owner; src/connections/api-grants.ts lists it.
REVOKE EXECUTE ON FUNCTION names_with_grams(uuid, tsquery, integer) FROM PUBLIC;
