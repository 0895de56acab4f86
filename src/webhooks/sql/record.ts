/**
 * Records the outcome of an attempt, and when the next one is due.
 *
 * A delivery without attempts left becomes DEAD, with one exception: if no delivery to its endpoint has succeeded since
 * its first failure, the endpoint is paused instead, and the delivery waits with the others. If the fence no longer
 * holds, only the attempt is recorded.
 *
 * Parameters: $1 delivery; $2 attempt and $10 tries, the fence; $3 DELIVERED, FAILED or GONE; $4 milliseconds until the
 * next attempt, or null; $5 milliseconds after the first failure when attempts end; $6 duration of the attempt in
 * milliseconds, $7 status code, $8 error, $9 response body.
 * Returns: one row with the status of the delivery, and whether its endpoint is paused; no row if the fence no longer
 * holds.
 * Locks: the delivery row, then the endpoint row, which is written only if something changes.
 * Called by: `recordAttempt`.
 */
export const record = `
WITH old AS (
    SELECT d.id, d.tenant_id, d.endpoint_id, coalesce(d.failing_since, now()) AS failing_since,
           $3 = 'FAILED' AND ($4::float8 IS NULL
               OR now() + $4::float8 * interval '1 millisecond' > coalesce(d.failing_since, now()) + $5 * interval '1 millisecond') AS spent
      FROM webhook_deliveries d WHERE d.id = $1 AND d.attempt = $2 AND d.tries = $10 AND d.status = 'PENDING' FOR UPDATE
), endpoint AS (
    UPDATE webhook_endpoints e
       SET failing_since = CASE WHEN $3 <> 'DELIVERED' THEN coalesce(e.failing_since, now()) END,
           paused_at = CASE WHEN pause.reason IS NULL THEN e.paused_at ELSE coalesce(e.paused_at, now()) END,
           pause_reason = coalesce(e.pause_reason, pause.reason)
      FROM old, LATERAL (
            SELECT f.id, f.failing_since, CASE WHEN $3 = 'GONE' THEN 'It answered 410 Gone.'
                        WHEN old.spent AND coalesce(f.failing_since, now()) <= old.failing_since
                        THEN 'Every attempt of a delivery failed. The last error: ' || $8 END AS reason
              FROM webhook_endpoints f WHERE f.id = old.endpoint_id AND f.tenant_id = old.tenant_id) pause
     WHERE e.id = pause.id AND e.failing_since IS NOT DISTINCT FROM pause.failing_since
       -- Writes nothing if the endpoint is healthy and was before, or if its failure is already known.
       AND (($3 = 'DELIVERED') = (e.failing_since IS NOT NULL) OR pause.reason IS NOT NULL)
    RETURNING e.paused_at IS NOT NULL AS paused
), next AS (
    SELECT old.*, CASE WHEN $3 = 'DELIVERED' THEN 'DELIVERED'
                       WHEN $3 = 'GONE' OR old.spent AND NOT coalesce(endpoint.paused, false) THEN 'DEAD'
                       ELSE 'PENDING' END AS status
      FROM old LEFT JOIN endpoint ON true
), delivery AS (
    UPDATE webhook_deliveries d
       SET status = next.status::"WebhookDeliveryStatus",
           due_at = CASE WHEN next.spent THEN now() ELSE now() + coalesce($4::float8, 0) * interval '1 millisecond' END,
           tries = CASE WHEN next.spent THEN 0 ELSE d.tries END,
           failing_since = CASE WHEN next.status = 'PENDING' AND NOT next.spent THEN next.failing_since END,
           finished_at = CASE WHEN next.status <> 'PENDING' THEN now() END
      FROM next WHERE d.id = next.id
    RETURNING d.id, d.status
), attempt AS (
    INSERT INTO webhook_attempts (delivery_id, tenant_id, number, at, milliseconds, status_code, error, answer)
    SELECT id, tenant_id, $2, now() - $6::int * interval '1 millisecond', $6::int, $7, $8, $9 FROM webhook_deliveries WHERE id = $1
)
SELECT delivery.status::text AS status, coalesce((SELECT paused FROM endpoint), false) AS paused FROM delivery`;
