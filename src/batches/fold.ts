import type { Database } from '../connections/database.ts';
import { type Batch, batchColumns } from './batch.ts';

/**
 * Adds the deltas of some batches to their counts. Safe in any number of processes: whoever has the batch's row locked
 * takes the deltas, and each is deleted by who counts it. This alone decides that a batch is final.
 *
 * The percentage is that of its jobs on average, one that has ended counting whole; it does not fall while jobs are rescued
 * or given back, but does when ended ones run again.
 */
const fold = (lock: string) => `
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
), folded AS (
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
  FROM unnest($1::uuid[]) AS id(id) LEFT JOIN folded b ON b.id = id.id`;

/** One that somebody else has locked is left to them. */
const foldFree = fold('SKIP LOCKED');
const foldAll = fold('');

export interface Folds {
  /** As they are now, those that changed. */
  changed: Batch[];
  /** Those that were not looked at although there are deltas: locked by another folder, or folded a moment ago. */
  behind: string[];
}

type FoldRow = { batchId: string; behind: boolean } & (Batch | { id: null });

async function run(database: Database, statement: string, batchIds: string[], restMs: number): Promise<Folds> {
  const rows = await database.query<FoldRow>(statement, [batchIds, restMs]);
  return {
    changed: rows.flatMap((row) => (row.id === null ? [] : [row])),
    behind: rows.flatMap((row) => (row.behind ? [row.batchId] : [])),
  };
}

/** Folds those of the batches that are not being folded, and were not within `restMs`. */
export function foldBatches(database: Database, batchIds: string[], restMs: number): Promise<Folds> {
  return run(database, foldFree, batchIds, restMs);
}

/** Folds what has been committed so far, waiting for who does it already. */
export function foldBatch(database: Database, batchId: string): Promise<Folds> {
  return run(database, foldAll, [batchId], 0);
}

/** Batches with deltas that nobody has folded, whoever should have. */
export async function batchesToFold(database: Database, limit: number): Promise<string[]> {
  const rows = await database.query<{ id: string }>(
    'SELECT DISTINCT batch_id AS id FROM batch_deltas ORDER BY batch_id LIMIT $1',
    [limit],
  );
  return rows.map(({ id }) => id);
}
