import { archiveJob } from '../archive/archive-job.ts';
import { RequestError } from '../errors.ts';
import type { RetentionContext } from './delete-jobs.ts';
import { type DueJob, workInTurn } from './in-turn.ts';
import { archivableJobs } from './sql/old-jobs.ts';

/**
 * Archives a part of the final jobs that are older than their tenant, or the installation, keeps them out of the archive.
 * Returns the number of archived jobs. At 0, no further job can be archived now.
 */
export function archiveOldJobs(context: RetentionContext): Promise<number> {
  const { archiveDays } = context.config.clientLimits;
  return workInTurn(context.jobs.database, archivableJobs, archiveDays, (job) => archiveUnlessChanged(context, job));
}

/** Returns false if the job was deleted or retried meanwhile. */
async function archiveUnlessChanged(context: RetentionContext, { id, tenantId, endedBy }: DueJob): Promise<boolean> {
  const condition = { statuses: null, endedBy: endedBy.toISOString() };
  try {
    await archiveJob({ ...context, database: context.jobs.database }, tenantId, id, condition);
    return true;
  } catch (error) {
    if (error instanceof RequestError) return false;
    throw error;
  }
}
