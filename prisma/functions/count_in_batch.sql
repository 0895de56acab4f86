-- count_in_batch: records by how much a transition changes the counts of the job's batch.
--
-- A trigger, so that no statement that changes a status can omit it. Each transition inserts its own row, so that none waits for
-- another one. src/batches/sql/aggregate.ts adds the rows up.
CREATE OR REPLACE FUNCTION count_in_batch() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO batch_deltas (batch_id, tenant_id, pending, running, completed, failed, cancelled)
    VALUES (NEW.batch_id, NEW.tenant_id,
            (NEW.status IN ('PENDING', 'RETRYING'))::int - (OLD.status IN ('PENDING', 'RETRYING'))::int,
            (NEW.status = 'RUNNING')::int - (OLD.status = 'RUNNING')::int,
            (NEW.status = 'COMPLETED')::int - (OLD.status = 'COMPLETED')::int,
            (NEW.status = 'FAILED')::int - (OLD.status = 'FAILED')::int,
            (NEW.status = 'CANCELLED')::int - (OLD.status = 'CANCELLED')::int);
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER count_in_batch AFTER UPDATE OF status ON jobs FOR EACH ROW
    WHEN (NEW.batch_id IS NOT NULL AND NEW.status <> OLD.status)
    EXECUTE FUNCTION count_in_batch();
