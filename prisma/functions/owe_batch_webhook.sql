-- owe_batch_webhook: records the delivery for a change of a batch, in the transaction of the change.
--
-- src/webhooks/body.ts makes the body from these facts.
CREATE OR REPLACE FUNCTION owe_batch_webhook() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    happened text;
BEGIN
    IF NEW.finished_at IS NULL THEN
        happened := 'BATCH_PROGRESS';
    ELSIF NEW.status = 'PARTIALLY_FAILED' THEN
        happened := 'BATCH_COMPLETED';
    ELSE
        happened := 'BATCH_' || NEW.status;
    END IF;
    PERFORM owe_webhook(NEW.webhook_id, happened, NULL, NEW.id, json_build_object(
        'revision', NEW.revision, 'status', NEW.status, 'percent', NEW.percent, 'name', NEW.name,
        'total', NEW.total, 'pending', NEW.pending, 'running', NEW.running,
        'completed', NEW.completed, 'failed', NEW.failed, 'cancelled', NEW.cancelled,
        'createdAt', NEW.created_at, 'finishedAt', NEW.finished_at));
    RETURN NULL;
END $$;

-- A batch that ends again after a retry has another finished_at, even if no aggregation saw it running, and so causes another event.
CREATE OR REPLACE TRIGGER owe_webhook_of_batch AFTER UPDATE OF percent, finished_at ON batches FOR EACH ROW
    WHEN (NEW.webhook_id IS NOT NULL
          AND (NEW.finished_at IS DISTINCT FROM OLD.finished_at AND NEW.finished_at IS NOT NULL
               OR NEW.finished_at IS NULL AND NEW.percent / 10 > OLD.percent / 10))
    EXECUTE FUNCTION owe_batch_webhook();
