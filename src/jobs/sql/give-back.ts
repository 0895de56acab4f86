import { ownExpiry } from '../../job-row/expiry.ts';
import { fence } from '../../job-row/fence.ts';
import { jobColumns } from '../../job-row/job.ts';
import { countOf } from '../../results/sql/store-pages.ts';
import { insertAttempt } from './insert-attempt.ts';

/** Returns a column of the failure, if this give-back cost a retry. `job` is the row after the transition. */
const cost = (column: string) => `CASE WHEN job.status <> 'PENDING' THEN job.${column} END`;

/**
 * Gives a claimed job back to the queue: PENDING for free, or RETRYING or FAILED once it was given back too often.
 *
 * Parameters: $1–$3 the fence; $4 whether to discard the stored pages; $5 number of pages that were stored when it was
 * claimed; $6 number of free give-backs; $7 message of the failure; $8 seconds until the next attempt.
 * Returns: the job after the transition; no row if the claim is lost.
 * Locks: the job row. Safe under concurrency by the fence.
 * Called by: `giveBackJob`.
 */
export const giveBack = `
WITH held AS (
    SELECT j.id, j.give_backs, j.retry_count < j.max_retries AS retries_left,
           NOT $4::boolean AND ${countOf('j.stored_pages')} > $5::int AS progressed
      FROM jobs j WHERE ${fence} FOR UPDATE
), old AS (
    SELECT id, progressed OR give_backs < $6::int AS free, retries_left,
           CASE WHEN progressed THEN 1 ELSE least(give_backs + 1, $6::int) END AS give_backs
      FROM held
), job AS (
    UPDATE jobs j
       SET status = CASE WHEN old.free THEN 'PENDING' WHEN old.retries_left THEN 'RETRYING' ELSE 'FAILED' END::"JobStatus",
           stage = CASE WHEN old.free OR old.retries_left THEN 'QUEUED' ELSE j.stage END,
           revision = j.revision + 1, progress_seq = 0, lease_expires_at = NULL, give_backs = old.give_backs,
           stored_pages = CASE WHEN $4 THEN '{}' ELSE j.stored_pages END,
           retry_count = j.retry_count + (NOT old.free AND old.retries_left)::int,
           due_at = CASE WHEN NOT old.free AND old.retries_left THEN now() + $8::float8 * interval '1 second' END,
           finished_at = CASE WHEN NOT old.free AND NOT old.retries_left THEN now() END,
           expires_at = CASE WHEN NOT old.free AND NOT old.retries_left THEN ${ownExpiry('j')} END,
           sealed_password = CASE WHEN old.free OR old.retries_left THEN j.sealed_password END,
           failure_code = CASE WHEN old.free THEN j.failure_code ELSE 'INTERRUPTED' END,
           failure_message = CASE WHEN old.free THEN j.failure_message ELSE $7::text END,
           failure_page = CASE WHEN old.free THEN j.failure_page END
      FROM old WHERE j.id = old.id
    RETURNING j.*
), attempt AS (${insertAttempt({ code: cost('failure_code'), message: cost('failure_message'), page: 'NULL::int', engine: 'NULL::"Engine"' })})
SELECT ${jobColumns} FROM job j`;
