-- count_stored_bytes: records by how much a change of a document's row changes the bytes that its tenant has stored.
--
-- A trigger, so that no statement can omit it. src/tenants/sql/aggregate-usage.ts adds the rows up.
CREATE OR REPLACE FUNCTION count_stored_bytes() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    before bigint := CASE WHEN TG_OP <> 'INSERT' AND OLD.storage_key IS NOT NULL THEN coalesce(OLD.bytes, 0) ELSE 0 END;
    after bigint := CASE WHEN TG_OP <> 'DELETE' AND NEW.storage_key IS NOT NULL THEN coalesce(NEW.bytes, 0) ELSE 0 END;
BEGIN
    IF after <> before THEN
        INSERT INTO usage_deltas (tenant_id, bytes) VALUES (coalesce(NEW.tenant_id, OLD.tenant_id), after - before);
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER count_inserted_bytes AFTER INSERT ON sources FOR EACH ROW
    WHEN (NEW.storage_key IS NOT NULL) EXECUTE FUNCTION count_stored_bytes();
CREATE OR REPLACE TRIGGER count_updated_bytes AFTER UPDATE OF storage_key, bytes ON sources FOR EACH ROW
    EXECUTE FUNCTION count_stored_bytes();
CREATE OR REPLACE TRIGGER count_deleted_bytes AFTER DELETE ON sources FOR EACH ROW
    WHEN (OLD.storage_key IS NOT NULL) EXECUTE FUNCTION count_stored_bytes();
