import { jobColumns } from '../../job-row/job.ts';
import { defaultOptions, limitOptions, priorityIntervalSeconds } from '../../job-row/options.ts';
import { withinQuotas } from '../../tenants/sql/usage.ts';

const literal = (json: unknown) => `'${JSON.stringify(json)}'::jsonb`;

/** The options of a row that affect its pages, with defaults. */
const making = (options: string) =>
  `((${literal(defaultOptions)} || ${options}) - '{${limitOptions.join(',')}}'::text[])`;

/**
 * The options of a row after a retry. Its time limit is within that of the caller. LEAST ignores a limit that is null.
 */
const options = `j.options || $4::jsonb || jsonb_build_object('timeoutSeconds',
           least(coalesce(($4::jsonb ->> 'timeoutSeconds')::int, (j.options ->> 'timeoutSeconds')::int, ${defaultOptions.timeoutSeconds}),
                 ($6::jsonb ->> 'timeoutSeconds')::int))`;

/** The priority of a row after a retry: the nearest one that the caller may use. */
const priority = `greatest(least(j.priority, ($6::jsonb ->> 'maxPriority')::int), ($6::jsonb ->> 'minPriority')::int)`;

/**
 * Starts new runs of final jobs: PENDING, with all retries available again. The history stays. So do the stored pages,
 * unless the new options change them. Then the new run replaces pages one by one, and deletes the rest with its last
 * page.
 *
 * Parameters: $1 and $2 those of `rows`; $3 the sealed password or null; $4 the options to replace, as JSON; $5 the new
 * maxRetries, or null to keep it; $6 the limits of the caller, as JSON (`RetryLimits`). Returns: the jobs after the
 * transition. Locks: the rows that `rows` selects; it must lock them. Their sources, FOR SHARE, so that the credentials
 * of their URLs are not erased meanwhile (erase_credentials.sql).
 */
const retryRows = (rows: string) => `
WITH old AS (
    SELECT j.id, ${making('j.options')} = ${making('j.options || $4::jsonb')} AS same
      FROM jobs j JOIN sources s ON s.id = j.source_id WHERE s.status <> 'EXPIRED' AND ${rows} FOR SHARE OF s
)
UPDATE jobs j
   SET status = 'PENDING', stage = 'QUEUED', revision = j.revision + 1, progress_seq = 0, percent = 0, run = j.run + 1,
       retry_count = 0, give_backs = 0, max_retries = coalesce($5::int, j.max_retries), options = ${options},
       finished_at = NULL, expires_at = NULL, images_deleted_at = NULL, due_at = NULL, sealed_password = $3,
       stored_pages = CASE WHEN old.same THEN j.stored_pages ELSE '{}' END,
       stored_by = CASE WHEN old.same THEN j.stored_by END,
       pages_done = CASE WHEN old.same THEN j.pages_done ELSE 0 END,
       pages_total = CASE WHEN old.same THEN j.pages_total END,
       failure_code = NULL, failure_message = NULL, failure_page = NULL,
       priority = ${priority}, claim_order = now() + ${priority} * interval '${priorityIntervalSeconds} seconds'
  FROM old WHERE j.id = old.id
RETURNING ${jobColumns}`;

/** In the statement itself, so that many retries at the same time exceed a quota by a few jobs at most. */
const allowed = withinQuotas({
  tenant: '$2::uuid',
  jobs: '1',
  bytes: '(CASE WHEN s.storage_key IS NULL THEN 1 ELSE 0 END)',
  jobsWaiting: '$7::int',
  bytesStored: '$8::bigint',
  pagesPerMonth: '$9::int',
});

/**
 * One job: $1 its id, $2 its tenant, $7 to $9 the quotas (`quotaValues`). No row if it is not FAILED or CANCELLED, or if
 * a quota is exceeded. Called by: `retryJob`.
 */
export const retryOne = retryRows(
  `j.id = $1 AND j.tenant_id = $2 AND j.status IN ('FAILED', 'CANCELLED') AND ${allowed} FOR UPDATE OF j`,
);

/**
 * Several jobs: $1 their ids, $2 the statuses that they may have. Skips locked rows, as `retryPart` does. Called by:
 * `retryJobs`.
 */
export const retryMany = retryRows(
  `j.id = ANY ($1::uuid[]) AND j.status::text = ANY ($2::text[]) AND j.status IN ('FAILED', 'CANCELLED') ORDER BY j.id FOR UPDATE OF j SKIP LOCKED`,
);

/**
 * Jobs that a retry of their batch still has to start: $1 the batch, $2 when it was requested. Later failures are new
 * ones. Jobs whose documents are no longer stored cannot be retried.
 */
export const toRetry = `j.batch_id = $1 AND j.status = 'FAILED' AND j.finished_at <= $2
       AND EXISTS (SELECT FROM sources d WHERE d.id = j.source_id AND d.status <> 'EXPIRED')`;

/**
 * Some jobs of a batch, at most $7. Skips locked rows: others may lock several jobs in a different order, so waiting
 * could deadlock. Called by: `makePart`.
 */
export const retryPart = retryRows(`${toRetry} ORDER BY j.batch_index LIMIT $7 FOR UPDATE OF j SKIP LOCKED`);
