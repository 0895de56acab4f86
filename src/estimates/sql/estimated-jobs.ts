import { jobColumns } from '../../job-row/job.ts';

const rowsOf = (jobs: string) => `
SELECT ${jobColumns}, s.storage_key IS NULL AS "toDownload", s.bytes AS "sourceBytes"
  FROM ${jobs} j JOIN sources s ON s.id = j.source_id`;

/**
 * Reads jobs with the columns that their estimates need.
 *
 * Parameters: $1 ids.
 * Returns: one row for each job that exists.
 * Called by: `createEstimates`. Locks nothing.
 */
export const stateRows = `${rowsOf('jobs')} WHERE j.id = ANY($1::uuid[])`;

/**
 * Reads the jobs that decide when a batch ends: its running jobs, and of its waiting jobs the last item, which hardly
 * ever starts before another one.
 *
 * Parameters: $1 batches.
 * Called by: `createEstimates`. Locks nothing.
 */
export const lastOfBatches = rowsOf(`(
    SELECT last.* FROM unnest($1::uuid[]) batch (id), LATERAL (
        (SELECT * FROM jobs WHERE batch_id = batch.id AND status = 'RUNNING')
        UNION ALL
        (SELECT * FROM jobs WHERE batch_id = batch.id AND status IN ('PENDING', 'RETRYING') ORDER BY batch_index DESC LIMIT 1)) last)`);
