import { batchColumns } from '../batch.ts';

/**
 * Adds the deltas of batches to their counts. Only this statement makes a batch final.
 *
 * The percentage is the average of the jobs; a job that has ended counts as 100. It does not fall when jobs are rescued
 * or given back. It may fall when ended jobs run again.
 *
 * Parameters: $1 ids of batches; $2 minimum time since their last aggregation, in milliseconds.
 * Returns: a row for each id: the batch if it changed, and whether deltas are left.
 * Locks: the rows of the batches, ordered by id. `lock` decides whether rows locked by another process are skipped.
 * Called by: `aggregateBatches`, `aggregateBatch`. Safe in any number of processes: only the process that holds the
 * lock on a batch takes its deltas, and it deletes them in the statement that counts them.
 */
const aggregate = (lock: string) => `
WITH held AS (
    SELECT b.* FROM batches b
     WHERE b.id = ANY($1::uuid[]) AND ($2 = 0 OR b.folded_at <= now() - $2 * interval '1 millisecond')
     ORDER BY b.id FOR NO KEY UPDATE OF b ${lock}
), gone AS (
    DELETE FROM batch_deltas d USING held WHERE d.batch_id = held.id RETURNING d.*
), delta AS (
    SELECT batch_id, sum(pending)::int AS pending, sum(running)::int AS running, sum(completed)::int AS completed,
           sum(failed)::int AS failed, sum(cancelled)::int AS cancelled,
           bool_or(completed < 0 OR failed < 0 OR cancelled < 0) AS reopened
      FROM gone GROUP BY batch_id
), counted AS (
    SELECT h.id, d.batch_id IS NOT NULL AS counted, coalesce(d.reopened, false) AS reopened,
           h.pending + coalesce(d.pending, 0) AS pending, h.running + coalesce(d.running, 0) AS running,
           h.completed + coalesce(d.completed, 0) AS completed, h.failed + coalesce(d.failed, 0) AS failed,
           h.cancelled + coalesce(d.cancelled, 0) AS cancelled,
           (SELECT coalesce(sum(j.percent), 0) FROM jobs j
             WHERE j.tenant_id = h.tenant_id AND j.batch_id = h.id AND j.status = 'RUNNING') AS percents
      FROM held h LEFT JOIN delta d ON d.batch_id = h.id
), next AS (
    SELECT c.*, c.pending + c.running = 0 AS final,
           CASE WHEN c.pending + c.running = 0 THEN 100
                WHEN c.reopened THEN least(99, share)
                ELSE greatest(h.percent, least(99, share)) END AS percent
      FROM counted c JOIN held h ON h.id = c.id,
           LATERAL (SELECT ((100 * (c.completed + c.failed + c.cancelled) + c.percents) / h.total)::int AS share) s
), aggregated AS (
    UPDATE batches b
       SET pending = n.pending, running = n.running, completed = n.completed, failed = n.failed, cancelled = n.cancelled,
           percent = n.percent, revision = b.revision + 1, folded_at = now(),
           finished_at = CASE WHEN n.final THEN now() END,
           status = CASE WHEN n.pending = b.total THEN 'PENDING'
                         WHEN NOT n.final THEN 'RUNNING'
                         WHEN n.cancelled = b.total OR (n.cancelled > 0 AND b.cancelled_at IS NOT NULL) THEN 'CANCELLED'
                         WHEN n.failed = 0 THEN 'COMPLETED'
                         WHEN n.completed = 0 THEN 'FAILED'
                         ELSE 'PARTIALLY_FAILED' END::"BatchStatus"
      FROM next n
     WHERE b.id = n.id AND (n.counted OR n.percent > b.percent)
    RETURNING b.*
)
SELECT id.id AS "batchId",
       b.id IS NULL AND EXISTS (SELECT FROM batch_deltas d WHERE d.batch_id = id.id) AS behind, ${batchColumns}
  FROM unnest($1::uuid[]) AS id(id) LEFT JOIN aggregated b ON b.id = id.id`;

/** Skips batches that another process has locked. */
export const aggregateFree = aggregate('SKIP LOCKED');
/** Waits for batches that another process has locked. */
export const aggregateAll = aggregate('');
