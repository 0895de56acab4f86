/**
 * Records the progress of a running operation.
 *
 * Parameters: $1 operation; $2 the cursor that it had: another process may have made the same part; $3 the new cursor,
 * or null at the end; $4 to $6 jobs examined, changed and skipped in this part.
 * Returns: a row, unless another process was faster, with whether the operation goes on. The last part of a cancelled
 * operation counts, too.
 * Locks: the row of the operation.
 * Called by: `makePart`.
 */
export const recordPart = `
UPDATE bulk_operations
   SET cursor = coalesce($3::uuid, cursor), examined = examined + $4::int, changed = changed + $5::int, skipped = skipped + $6::int,
       failing_since = NULL,
       status = CASE WHEN $3::uuid IS NULL AND status = 'RUNNING' THEN 'COMPLETED'::"BulkOperationStatus" ELSE status END,
       finished_at = CASE WHEN $3::uuid IS NULL THEN coalesce(finished_at, now()) ELSE finished_at END
 WHERE id = $1 AND cursor = $2::uuid AND status <> 'COMPLETED'
RETURNING status = 'RUNNING' AS "isRunning"`;

/**
 * Records that the next part of a running operation failed.
 *
 * Parameters: $1 operation; $2 the cursor that it had.
 * Returns: nothing.
 * Locks: the row of the operation.
 * Called by: `recordFailure`.
 */
export const recordFailedPart = `
UPDATE bulk_operations SET failing_since = now()
 WHERE id = $1 AND cursor = $2::uuid AND status = 'RUNNING' AND failing_since IS NULL`;

/**
 * Cancels an operation. Jobs that it has changed stay changed. An operation that has ended stays as it is.
 *
 * Parameters: $1 operation.
 * Returns: its id if it exists.
 * Locks: the row of the operation.
 * Called by: `cancelOperation`.
 */
export const cancelOperationRow = `
UPDATE bulk_operations
   SET status = CASE status WHEN 'RUNNING' THEN 'CANCELLED'::"BulkOperationStatus" ELSE status END,
       finished_at = coalesce(finished_at, now()), failing_since = NULL
 WHERE id = $1
RETURNING id`;
