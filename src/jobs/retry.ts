import { RequestError } from '../errors.ts';
import { type Job, progressOf } from '../job-row/job.ts';
import { noChanges, type OptionChanges } from '../job-row/options.ts';
import type { JobsContext } from './context.ts';
import { retryOne } from './sql/retry.ts';

/**
 * FAILED, CANCELLED → PENDING: starts a new run with all its retries and the changed options. The history stays. So do
 * stored pages that the options still fit: the new run makes only the others. The password was erased when the job
 * became final, so it must be sent again.
 */
export async function retryJob(
  context: JobsContext,
  tenantId: string,
  id: string,
  sealedPassword: string | null,
  { options, maxRetries }: OptionChanges = noChanges,
): Promise<Job> {
  const values = [id, tenantId, sealedPassword, JSON.stringify(options), maxRetries];
  const [job] = await context.database.query<Job>(retryOne, values);
  if (job !== undefined) {
    context.jobChanged(progressOf(job));
    context.ring();
    return job;
  }
  const existing = await context.database.prisma.job.findFirst({ where: { id, tenantId }, select: { status: true } });
  if (existing === null) throw new RequestError('NOT_FOUND', { message: 'There is no such job.' });
  if (existing.status === 'COMPLETED') {
    throw new RequestError('JOB_FINAL', {
      message: 'The job is COMPLETED. To process its document again, call createJob with source.job.',
    });
  }
  throw new RequestError('JOB_NOT_FINAL', { message: `The job is ${existing.status}; it continues automatically.` });
}
