import { ownExpiry } from '../../job-row/expiry.ts';
import { jobColumns } from '../../job-row/job.ts';
import { queuedAt } from '../../job-row/queued-at.ts';

const unfinished = `j.status IN ('PENDING', 'RUNNING', 'RETRYING')`;

/**
 * Cancels unfinished jobs. A running one leaves an attempt in its history.
 *
 * Parameters: those of `rows`.
 * Returns: the jobs after the transition.
 * Locks: the rows that `rows` selects; it must lock them.
 */
const cancelRows = (rows: string) => `
WITH old AS (
    SELECT j.id, j.status FROM jobs j WHERE ${rows}
), job AS (
    UPDATE jobs j
       SET status = 'CANCELLED', revision = j.revision + 1, progress_seq = 0, finished_at = now(), expires_at = ${ownExpiry('j')}, lease_expires_at = NULL,
           due_at = NULL, sealed_password = NULL
      FROM old WHERE j.id = old.id
    RETURNING j.*
), attempt AS (
    INSERT INTO job_attempts (job_id, tenant_id, number, run, worker_id, started_at, finished_at)
    SELECT job.id, tenant_id, attempt, run, worker_id, started_at, now() FROM job JOIN old ON old.id = job.id WHERE old.status = 'RUNNING'
)
SELECT ${jobColumns} FROM job j`;

/** One job: $1 its id, $2 its tenant. No row if it has ended. Called by: `cancelJob`. */
export const cancelOne = cancelRows(`j.id = $1 AND j.tenant_id = $2 AND ${unfinished} FOR UPDATE`);

/**
 * Several jobs: $1 their ids, $2 the statuses that they may have. Skips locked rows, as `cancelPart` does. Called by:
 * `cancelJobs`.
 */
export const cancelMany = cancelRows(
  `j.id = ANY ($1::uuid[]) AND j.status::text = ANY ($2::text[]) AND ${unfinished} ORDER BY j.id FOR UPDATE SKIP LOCKED`,
);

/** Jobs that a cancellation of their batch still has to cancel: $1 the batch, $2 when it was requested. */
export const toCancel = `j.batch_id = $1 AND ${unfinished} AND ${queuedAt('j')} <= $2`;

/**
 * Some jobs of a batch, running ones first: at most $3. Skips locked rows: others may lock several jobs in a different
 * order, so waiting could deadlock. Called by: `makePart`.
 */
export const cancelPart = cancelRows(
  `${toCancel} ORDER BY j.status = 'RUNNING' DESC, j.batch_index LIMIT $3 FOR UPDATE SKIP LOCKED`,
);
