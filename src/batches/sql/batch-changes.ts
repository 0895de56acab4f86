import { toCancel } from '../../jobs/sql/cancel.ts';
import { toRetry } from '../../jobs/sql/retry.ts';

/** A requested change of a batch's jobs that is not finished. */
export interface BatchChange {
  batchId: string;
  kind: 'CANCEL' | 'RETRY';
  requestedAt: Date;
  /** For RETRY: replaces options of the jobs. */
  options: object;
  maxRetries: number | null;
  /** For RETRY: the limits of the caller (`RetryLimits`). */
  limits: object;
  sealedPassword: string | null;
}

const changeColumns = `c.batch_id AS "batchId", c.kind::text AS kind, c.requested_at AS "requestedAt", c.options, c.max_retries AS "maxRetries",
       c.limits, c.sealed_password AS "sealedPassword"`;

/**
 * Records the cancellation of an unfinished batch. Drops an unfinished retry, so that nothing of the batch starts
 * later.
 *
 * Parameters: $1 batch.
 * Returns: the change; no row if the batch has ended.
 * Locks: the batch row.
 * Called by: `cancelBatch`. Repeating it covers jobs that were retried meanwhile.
 */
export const recordCancel = `
WITH batch AS (
    UPDATE batches b SET cancelled_at = now() WHERE b.id = $1 AND b.finished_at IS NULL RETURNING b.id, b.tenant_id
), dropped AS (
    DELETE FROM batch_changes c USING batch WHERE c.batch_id = batch.id AND c.kind = 'RETRY'
)
INSERT INTO batch_changes AS c (batch_id, tenant_id, kind) SELECT id, tenant_id, 'CANCEL' FROM batch
ON CONFLICT (batch_id, kind) DO UPDATE SET requested_at = now()
RETURNING ${changeColumns}`;

/**
 * Records that the failed jobs of a batch are to run again.
 *
 * Parameters: $1 batch, $2 options as JSON, $3 maxRetries or null, $4 the sealed password or null, $5 the limits of the
 * caller as JSON. Returns: the change; no row if there is no such batch. If two overlap, the options of the later one
 * apply to the remaining jobs. Called by: `retryBatch`.
 */
export const recordRetry = `
INSERT INTO batch_changes AS c (batch_id, tenant_id, kind, options, max_retries, sealed_password, limits)
SELECT b.id, b.tenant_id, 'RETRY', $2::jsonb, $3::int, $4, $5::jsonb FROM batches b WHERE b.id = $1
ON CONFLICT (batch_id, kind) DO UPDATE
   SET requested_at = now(), options = EXCLUDED.options, max_retries = EXCLUDED.max_retries, sealed_password = EXCLUDED.sealed_password,
       limits = EXCLUDED.limits
RETURNING ${changeColumns}`;

/** Unfinished changes, oldest first: at most $1. Called by: the batch changer. */
export const pendingChanges = `SELECT ${changeColumns} FROM batch_changes c ORDER BY c.requested_at, c.batch_id LIMIT $1`;

/**
 * Removes a change once no affected job is left.
 *
 * Parameters: $1 batch, $2 when the change was requested: if it was requested again, it stays.
 * Returns: a row if the change is done; no row while affected jobs remain, locked by others.
 * Called by: `makePart`.
 */
const removeDone = (kind: BatchChange['kind'], left: string) => `
DELETE FROM batch_changes c
 WHERE c.batch_id = $1 AND c.kind = '${kind}' AND c.requested_at = $2 AND NOT EXISTS (SELECT FROM jobs j WHERE ${left})
RETURNING c.batch_id`;

export const removeDoneChange: Record<BatchChange['kind'], string> = {
  CANCEL: removeDone('CANCEL', toCancel),
  RETRY: removeDone('RETRY', toRetry),
};
