-- count_pages: records how many pages a write adds to a job, for the pages that its tenant has processed this month.
--
-- Pages that replace those of another maker count again, because they were read again. src/tenants/sql/aggregate-usage.ts adds the
-- rows up.
CREATE OR REPLACE FUNCTION count_pages() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    before integer := CASE WHEN OLD.stored_by = NEW.stored_by
        THEN (SELECT coalesce(sum(upper(r) - lower(r)), 0) FROM unnest(OLD.stored_pages) r) ELSE 0 END;
    after integer := (SELECT coalesce(sum(upper(r) - lower(r)), 0) FROM unnest(NEW.stored_pages) r);
BEGIN
    IF after > before THEN
        INSERT INTO usage_deltas (tenant_id, month, pages)
        VALUES (NEW.tenant_id, date_trunc('month', now() AT TIME ZONE 'UTC')::date, after - before);
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER count_pages AFTER UPDATE OF stored_pages ON jobs FOR EACH ROW
    WHEN (NEW.stored_pages <> OLD.stored_pages AND NEW.stored_by IS NOT NULL)
    EXECUTE FUNCTION count_pages();
