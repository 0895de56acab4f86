import type { ClientLimits } from '../config/client-limits.ts';
import { RequestError } from '../errors.ts';
import type { JobsContext } from '../jobs/context.ts';
import { deleteJob } from '../jobs/remove.ts';
import type { Logger } from '../ops/logger.ts';
import { removeJobFiles } from '../results/job-files.ts';
import type { Storage } from '../storage/storage.ts';
import { expiredJobs } from './sql/expired-jobs.ts';

/** The services that delete expired jobs. */
export interface RetentionContext {
  jobs: JobsContext;
  storage: Storage;
  logger: Logger;
  config: { clientLimits: Pick<ClientLimits, 'jobsDays'> };
}

/** A final job to delete. */
export interface ExpiredJob {
  id: string;
  tenantId: string;
  /** The end that it had. A job that was retried since is not deleted. */
  endedBy: Date;
}

/** Jobs per part, few enough to stop soon. */
const partSize = 200;
/** Jobs of one tenant per part, so that one with many expired jobs does not delay the others. */
const ofEachTenant = 20;
/** Jobs deleted at the same time: each waits for the database and the storage more than it computes. */
const atOnce = 4;

/**
 * Deletes a part of the final jobs that are older than their own time, their tenant's or that of the installation.
 * Returns the number of deleted jobs. At 0, no further job can be deleted now.
 */
export async function deleteExpiredJobs(context: RetentionContext): Promise<number> {
  const values = [partSize, ofEachTenant, context.config.clientLimits.jobsDays];
  const expired = await context.jobs.database.query<ExpiredJob & Record<string, unknown>>(expiredJobs, values);
  const queue = expired.values();
  let deleted = 0;
  async function deleteInTurn(): Promise<void> {
    for (const job of queue) if (await deleteUnlessChanged(context, job)) deleted += 1;
  }
  await Promise.all(Array.from({ length: atOnce }, deleteInTurn));
  return deleted;
}

/** Returns false if the job was deleted or retried meanwhile. */
async function deleteUnlessChanged(context: RetentionContext, { id, tenantId, endedBy }: ExpiredJob): Promise<boolean> {
  try {
    const condition = { statuses: null, endedBy: endedBy.toISOString() };
    const document = await deleteJob(context.jobs, tenantId, id, condition);
    await removeJobFiles(context, id, document);
    return true;
  } catch (error) {
    if (error instanceof RequestError) return false;
    throw error;
  }
}
