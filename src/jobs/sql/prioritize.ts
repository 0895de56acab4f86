import { priorityIntervalSeconds } from '../../job-row/options.ts';

/**
 * Gives waiting jobs another priority, and with it another place in the queue. No transition: their revision stays.
 *
 * Parameters: $1 ids, $2 the statuses that they may have, $3 the priority.
 * Returns: a row for each changed job.
 * Locks: the rows of the jobs; skips rows that are locked.
 * Called by: `prioritizeJobs`. A claim takes the row before or after the change.
 */
export const prioritizeMany = `
WITH old AS (
    SELECT j.id FROM jobs j
     WHERE j.id = ANY ($1::uuid[]) AND j.status::text = ANY ($2::text[]) AND j.status IN ('PENDING', 'RETRYING')
     ORDER BY j.id FOR UPDATE SKIP LOCKED
)
UPDATE jobs j
   SET priority = $3::int, claim_order = j.claim_order + ($3::int - j.priority) * interval '${priorityIntervalSeconds} seconds'
  FROM old WHERE j.id = old.id
RETURNING j.id`;
