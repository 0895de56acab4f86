-- owe_job_webhook: records the delivery for a change of a job, in the transaction of the change.
--
-- src/webhooks/body.ts makes the body from these facts.
CREATE OR REPLACE FUNCTION owe_job_webhook() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    happened text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        happened := 'JOB_QUEUED';
    ELSIF NEW.status = OLD.status THEN
        happened := 'JOB_PROGRESS';
    ELSIF NEW.finished_at IS NOT NULL THEN
        happened := 'JOB_' || NEW.status;
    ELSIF NEW.status = 'RUNNING' THEN
        happened := 'JOB_STARTED';
    ELSIF OLD.finished_at IS NOT NULL THEN
        happened := 'JOB_QUEUED';
    END IF;
    PERFORM owe_webhook(NEW.webhook_id, happened, NEW.id, NEW.batch_id, json_build_object(
        'revision', NEW.revision, 'status', NEW.status, 'stage', NEW.stage, 'percent', NEW.percent,
        'pagesDone', NEW.pages_done, 'pagesTotal', NEW.pages_total, 'retryCount', NEW.retry_count,
        'name', NEW.name, 'metadata', NEW.metadata, 'batchIndex', NEW.batch_index,
        'createdAt', NEW.created_at, 'startedAt', NEW.started_at, 'finishedAt', NEW.finished_at,
        'failureCode', NEW.failure_code, 'failureMessage', NEW.failure_message, 'failurePage', NEW.failure_page));
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER owe_webhook_of_new_job AFTER INSERT ON jobs FOR EACH ROW
    WHEN (NEW.webhook_id IS NOT NULL)
    EXECUTE FUNCTION owe_job_webhook();

-- Progress causes an event for every ten percent at most.
CREATE OR REPLACE TRIGGER owe_webhook_of_job AFTER UPDATE OF status, percent ON jobs FOR EACH ROW
    WHEN (NEW.webhook_id IS NOT NULL AND (NEW.status <> OLD.status OR NEW.percent / 10 > OLD.percent / 10))
    EXECUTE FUNCTION owe_job_webhook();
