import { RequestError } from '../errors.ts';
import { type Job, progressOf } from '../job-row/job.ts';
import type { JobsContext } from './context.ts';
import { cancelOne } from './sql/cancel.ts';

/**
 * PENDING, RUNNING, RETRYING → CANCELLED. The worker of a running job notices when it renews the lease, within a second
 * and without Redis, and kills the extraction. Any later write of the attempt fails the fence.
 */
export async function cancelJob(context: JobsContext, tenantId: string, id: string): Promise<Job> {
  const [job] = await context.database.query<Job>(cancelOne, [id, tenantId]);
  if (job !== undefined) {
    context.jobChanged(progressOf(job));
    return job;
  }
  const existing = await context.database.prisma.job.findFirst({ where: { id, tenantId } });
  if (existing === null) throw new RequestError('NOT_FOUND', { message: 'There is no such job.' });
  if (existing.status !== 'CANCELLED') {
    throw new RequestError('JOB_FINAL', { message: `The job has already ended: it is ${existing.status}.` });
  }
  return existing;
}
