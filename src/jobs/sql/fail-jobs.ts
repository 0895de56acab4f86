import { ownExpiry } from '../../job-row/expiry.ts';
import { fence } from '../../job-row/fence.ts';
import { jobColumns } from '../../job-row/job.ts';
import { insertAttempt } from './insert-attempt.ts';

/**
 * Ends attempts with a failure: RETRYING if the failure can be retried and retries are left, otherwise FAILED.
 *
 * `rows` selects and locks jobs `j`; the members of `failure` are SQL expressions. `delay` is in seconds, or NULL if a
 * retry is useless.
 * Returns: the jobs after the transition.
 * Locks: the rows that `rows` selects.
 */
const failRows = (
  rows: string,
  failure: { code: string; message: string; page: string; delay: string; engine: string; stage: string },
) => `
WITH old AS (
    SELECT j.id, ${failure.delay} IS NOT NULL AND j.retry_count < j.max_retries AS again FROM jobs j WHERE ${rows}
), job AS (
    UPDATE jobs j
       SET status = CASE WHEN old.again THEN 'RETRYING' ELSE 'FAILED' END::"JobStatus",
           stage = CASE WHEN old.again THEN 'QUEUED' ELSE ${failure.stage} END,
           retry_count = j.retry_count + old.again::int,
           due_at = CASE WHEN old.again THEN now() + ${failure.delay} * interval '1 second' END,
           finished_at = CASE WHEN old.again THEN NULL ELSE now() END,
           expires_at = CASE WHEN NOT old.again THEN ${ownExpiry('j')} END,
           sealed_password = CASE WHEN old.again THEN j.sealed_password END,
           revision = j.revision + 1, progress_seq = 0, lease_expires_at = NULL,
           failure_code = ${failure.code}, failure_message = ${failure.message}, failure_page = ${failure.page},
           engine = coalesce(${failure.engine}, j.engine)
      FROM old WHERE j.id = old.id
    RETURNING j.*
), attempt AS (${insertAttempt(failure)})
SELECT ${jobColumns} FROM job j`;

/**
 * Ends the attempt of a claimed job.
 *
 * Parameters: $1–$3 the fence; $4 failure code, $5 message, $6 page, $7 seconds until the next try or null, $8 engine,
 * $9 stage.
 * Returns: the job; no row if the claim is lost. Safe under concurrency by the fence.
 * Called by: `failJob`.
 */
export const failClaimed = failRows(`${fence} FOR UPDATE`, {
  code: '$4',
  message: '$5',
  page: '$6::int',
  delay: '$7::float8',
  engine: '$8::"Engine"',
  stage: '$9::"JobStage"',
});

/**
 * Ends the attempts of jobs whose lease has expired, oldest first: $1 maximum number, $2 the message.
 *
 * Skips locked rows: a worker that renews its lease at this moment keeps its job. Called by: `rescueJobs`, in any
 * number of processes.
 */
export const rescueExpired = failRows(
  `j.status = 'RUNNING' AND j.lease_expires_at < now() ORDER BY j.lease_expires_at LIMIT $1 FOR UPDATE SKIP LOCKED`,
  {
    code: `'WORKER_LOST'`,
    message: '$2',
    page: 'NULL::int',
    delay: '0::float8',
    engine: 'NULL::"Engine"',
    stage: 'j.stage',
  },
);
