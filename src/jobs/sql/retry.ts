import { jobColumns } from '../../job-row/job.ts';
import { defaultOptions, limitOptions, priorityIntervalSeconds } from '../../job-row/options.ts';

const literal = (json: unknown) => `'${JSON.stringify(json)}'::jsonb`;

/** The options of a row that affect its pages, with defaults. */
const making = (options: string) =>
  `((${literal(defaultOptions)} || ${options}) - '{${limitOptions.join(',')}}'::text[])`;

/**
 * Starts new runs of final jobs: PENDING, with all retries available again. The history stays. So do the stored pages,
 * unless the new options change them: then pages are replaced one by one, and the rest are deleted with the last.
 *
 * Parameters: $1 and $2 those of `rows`; $3 the sealed password or null; $4 the options to replace, as JSON; $5 the new
 * maxRetries, or null to keep it.
 * Returns: the jobs after the transition.
 * Locks: the rows that `rows` selects; it must lock them.
 */
const retryRows = (rows: string) => `
WITH old AS (
    SELECT j.id, ${making('j.options')} = ${making('j.options || $4::jsonb')} AS same FROM jobs j WHERE ${rows}
)
UPDATE jobs j
   SET status = 'PENDING', stage = 'QUEUED', revision = j.revision + 1, progress_seq = 0, percent = 0, run = j.run + 1,
       retry_count = 0, give_backs = 0, max_retries = coalesce($5::int, j.max_retries), options = j.options || $4::jsonb,
       finished_at = NULL, due_at = NULL, sealed_password = $3,
       stored_pages = CASE WHEN old.same THEN j.stored_pages ELSE '{}' END,
       stored_by = CASE WHEN old.same THEN j.stored_by END,
       pages_done = CASE WHEN old.same THEN j.pages_done ELSE 0 END,
       pages_total = CASE WHEN old.same THEN j.pages_total END,
       failure_code = NULL, failure_message = NULL, failure_page = NULL,
       claim_order = now() + j.priority * interval '${priorityIntervalSeconds} seconds'
  FROM old WHERE j.id = old.id
RETURNING ${jobColumns}`;

/** One job: $1 its id, $2 its tenant. No row if it is not FAILED or CANCELLED. Called by: `retryJob`. */
export const retryOne = retryRows(`j.id = $1 AND j.tenant_id = $2 AND j.status IN ('FAILED', 'CANCELLED') FOR UPDATE`);

/**
 * Jobs that a retry of their batch still has to start: $1 the batch, $2 when it was requested. Later failures are new
 * ones.
 */
export const toRetry = `j.batch_id = $1 AND j.status = 'FAILED' AND j.finished_at <= $2`;

/**
 * Some jobs of a batch, at most $6. Skips locked rows: others may lock several jobs in a different order, so waiting
 * could deadlock. Called by: `makePart`.
 */
export const retryPart = retryRows(`${toRetry} ORDER BY j.batch_index LIMIT $6 FOR UPDATE SKIP LOCKED`);
