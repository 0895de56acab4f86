-- erase_credentials: erases the credentials of a URL when the last unfinished job of its document ends.
--
-- A trigger, so that no statement that ends a job can omit it.
-- Locks: the source, if it has credentials. The lock and the check are two statements, so that the check sees the jobs that others
-- committed while this one waited: new and restarted jobs of the document, which lock the source FOR SHARE and keep its credentials,
-- and jobs that ended at the same time.
CREATE OR REPLACE FUNCTION erase_credentials() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM sources s WHERE s.id = NEW.source_id AND s.sealed_credentials IS NOT NULL FOR NO KEY UPDATE;
    IF FOUND THEN
        UPDATE sources s SET sealed_credentials = NULL
         WHERE s.id = NEW.source_id
           AND NOT EXISTS (SELECT FROM jobs j WHERE j.source_id = NEW.source_id AND j.finished_at IS NULL);
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER erase_credentials AFTER UPDATE OF status ON jobs FOR EACH ROW
    WHEN (NEW.finished_at IS NOT NULL AND OLD.finished_at IS NULL)
    EXECUTE FUNCTION erase_credentials();
