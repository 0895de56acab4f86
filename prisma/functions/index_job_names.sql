-- index_job_names: copies the names of new jobs to job_names, where they are searched.
--
-- A trigger, so that no statement that inserts jobs can omit the names.
CREATE OR REPLACE FUNCTION index_job_names() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO job_names (job_id, tenant_id, created_at, folded)
    SELECT id, tenant_id, created_at, name_folded FROM inserted WHERE name IS NOT NULL;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER index_job_names AFTER INSERT ON jobs REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT
    EXECUTE FUNCTION index_job_names();
