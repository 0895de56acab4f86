-- estimate_names: returns how many names the planner expects to contain each group of characters. It reads statistics alone.
--
-- Parameters: grams, one query for each group.
-- Returns: a number for each group.
-- Called by: src/jobs/sql/list-by-name.ts.
--
-- It runs as the owner of the tables, because under row-level security the planner does not use these statistics. A group names its
-- tenant. set_config, which does not run, forbids a parallel plan, whose estimates are per worker.
CREATE OR REPLACE FUNCTION estimate_names(grams tsquery[]) RETURNS integer[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    estimates integer[] := '{}';
    query tsquery;
    plan json;
BEGIN
    FOREACH query IN ARRAY grams LOOP
        EXECUTE 'EXPLAIN (FORMAT JSON) SELECT set_config('''', '''', true) FROM job_names WHERE pagehive_grams(tenant_id, folded) @@ $1'
           INTO plan USING query;
        estimates := estimates || least((plan #>> '{0,Plan,Plan Rows}')::float8, 2147483647)::integer;
    END LOOP;
    RETURN estimates;
END $$;

-- Only the API's role may use the rights of the owner; src/connections/api-grants.ts lists it.
REVOKE EXECUTE ON FUNCTION estimate_names(tsquery[]) FROM PUBLIC;
