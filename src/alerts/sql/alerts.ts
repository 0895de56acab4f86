/**
 * Reads what conditions of alerts need and health checks do not.
 *
 * Parameters: $1 failure codes that lie in the document, $2 maximum number of jobs to count, $3 seconds without a
 * renewed lease after which a running job counts as stuck.
 * Returns: one row.
 * Called by: `readSymptoms`. Locks nothing. The cost is bounded by $2, by slots, and by connections.
 */
export const symptoms = `
WITH ended AS (
    SELECT status_key, failure_code FROM jobs
     WHERE finished_at > now() - interval '5 minutes' AND status_key <> pagehive_status_key('CANCELLED')
     ORDER BY finished_at DESC LIMIT $2
)
SELECT (SELECT count(*)::int FROM ended) AS ended,
       (SELECT count(*)::int FROM ended
         WHERE status_key = pagehive_status_key('FAILED') AND failure_code <> ALL ($1::text[])) AS failed,
       (SELECT count(*)::int FROM jobs
         WHERE status = 'RUNNING' AND lease_expires_at < now() - $3 * interval '1 second') AS stuck,
       (SELECT count(*)::int FROM (SELECT FROM webhook_deliveries
                                    WHERE status = 'DEAD' AND finished_at > now() - interval '1 hour' LIMIT $2) dead) AS "deadWebhooks",
       (SELECT count(*)::int FROM pg_stat_activity WHERE datid IS NOT NULL AND usesysid IS NOT NULL) AS connections,
       current_setting('max_connections')::int AS "maxConnections"`;

/**
 * Raises an alert, unless it is raised already.
 *
 * Parameters: $1 id, $2 kind, $3 detail, $4 whether to send it.
 * Returns: a row if it is new.
 * Locks: the new row. Two processes that raise the same kind at once insert one row.
 * Called by: `Alerter`.
 */
export const raise = `
INSERT INTO alerts (id, kind, detail, due_at) VALUES ($1, $2, $3, CASE WHEN $4::bool THEN now() END)
ON CONFLICT (kind) WHERE cleared_at IS NULL DO NOTHING RETURNING id`;

/**
 * Clears an alert.
 *
 * Parameters: $1 kind, $2 whether to send it.
 * Returns: a row if it was raised.
 * Locks: the row.
 * Called by: `Alerter`.
 */
export const clear = `
UPDATE alerts SET cleared_at = now(), tries = 0, due_at = CASE WHEN $2::bool THEN now() END
 WHERE kind = $1 AND cleared_at IS NULL RETURNING id`;

/**
 * Takes the messages about alerts that are due, and sets when to try again if their process dies.
 *
 * Parameters: $1 maximum number, $2 seconds until the next try.
 * Returns: the alerts.
 * Locks: the rows, without waiting for others.
 * Called by: `sendDueAlerts`.
 */
export const takeDue = `
WITH due AS (
    SELECT id FROM alerts WHERE due_at <= now() ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED
)
UPDATE alerts a SET tries = a.tries + 1, due_at = now() + $2 * interval '1 second'
  FROM due WHERE a.id = due.id
RETURNING a.id, a.kind, a.detail, a.raised_at AS "raisedAt", a.cleared_at AS "clearedAt", a.tries`;

/**
 * Records an attempt to send a message about an alert. Changes nothing if the alert was cleared during the attempt, or
 * if another process has taken it since: its next attempt is due already.
 *
 * Parameters: $1 alert, $2 number of the attempt, $3 whether the message was that it is cleared, $4 seconds until the
 * next attempt, or null for none.
 * Returns: no rows.
 * Locks: the row.
 * Called by: `sendDueAlerts`.
 */
export const recordAttempt = `
UPDATE alerts SET due_at = now() + $4::float8 * interval '1 second'
 WHERE id = $1 AND tries = $2 AND (cleared_at IS NOT NULL) = $3::bool`;
