import { deleteArchivedJob } from '../archive/delete-archived.ts';
import type { ClientLimits } from '../config/client-limits.ts';
import { RequestError } from '../errors.ts';
import type { JobsContext } from '../jobs/context.ts';
import { deleteJob } from '../jobs/remove.ts';
import type { Logger } from '../ops/logger.ts';
import { removeJobFiles } from '../results/job-files.ts';
import type { Storage } from '../storage/storage.ts';
import { type DueJob, workInTurn } from './in-turn.ts';
import { expiredJobs } from './sql/old-jobs.ts';

/** The services that delete and archive old jobs. */
export interface RetentionContext {
  jobs: JobsContext;
  storage: Storage;
  logger: Logger;
  config: { clientLimits: Pick<ClientLimits, 'jobsDays' | 'archiveDays'> };
}

const ofJobs = expiredJobs('jobs');
const ofArchive = expiredJobs('archived_jobs');

/**
 * Deletes a part of the final jobs, archived ones too, that are older than their own time, their tenant's or that of the
 * installation. Returns the number of deleted jobs. At 0, no further job can be deleted now.
 */
export async function deleteExpiredJobs(context: RetentionContext): Promise<number> {
  const { database } = context.jobs;
  const { jobsDays } = context.config.clientLimits;
  const jobs = await workInTurn(database, ofJobs, jobsDays, (job) => deleteUnlessChanged(context, job));
  const archived = await workInTurn(database, ofArchive, jobsDays, (job) => deleteUnlessRestored(context, job));
  return jobs + archived;
}

/** Returns false if the job was deleted or retried meanwhile. */
async function deleteUnlessChanged(context: RetentionContext, { id, tenantId, endedBy }: DueJob): Promise<boolean> {
  try {
    const condition = { statuses: null, endedBy: endedBy.toISOString() };
    const { storageKey } = await deleteJob(context.jobs, tenantId, id, condition);
    await removeJobFiles(context, id, [storageKey]);
    return true;
  } catch (error) {
    if (error instanceof RequestError) return false;
    throw error;
  }
}

/** Returns false if the job was deleted or restored meanwhile. */
async function deleteUnlessRestored(context: RetentionContext, { id, tenantId, endedBy }: DueJob): Promise<boolean> {
  const deleted = await deleteArchivedJob(context.jobs.database, tenantId, id, endedBy);
  if (deleted === null) return false;
  await removeJobFiles(context, id, [deleted.archiveKey, deleted.storageKey]);
  return true;
}
