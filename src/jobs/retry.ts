import { RequestError } from '../errors.ts';
import { type Job, progressOf } from '../job-row/job.ts';
import { noChanges, type OptionChanges } from '../job-row/options.ts';
import { noQuotas, type Quotas } from '../tenants/limits.ts';
import { checkQuotas, hasQuotas, quotaValues, untilDecided } from '../tenants/usage.ts';
import type { JobsContext } from './context.ts';
import { retryOne } from './sql/retry.ts';

/**
 * FAILED, CANCELLED → PENDING: starts a new run with all its retries and the changed options. The history stays. So do
 * stored pages that match the new options: the new run extracts only the others. The password was erased when the job
 * became final, so it must be sent again.
 */
export async function retryJob(
  context: JobsContext,
  tenantId: string,
  id: string,
  sealedPassword: string | null,
  { options, maxRetries, limits }: OptionChanges = noChanges,
  quotas: Quotas = noQuotas,
): Promise<Job> {
  const changes = [sealedPassword, JSON.stringify(options), maxRetries, JSON.stringify(limits)];
  const values = [id, tenantId, ...changes, ...quotaValues(quotas)];
  const job = await untilDecided(quotas, async () => {
    const [retried] = await context.database.query<Job>(retryOne, values);
    if (retried !== undefined) return retried;
    const { bytes } = await checkRetryable(context, tenantId, id);
    await checkQuotas(context.database, { tenantId, quotas }, { jobs: 1, bytes });
    if (hasQuotas(quotas)) return null;
    throw new RequestError('JOB_NOT_FINAL', { message: 'The job was changed at the same time.' });
  });
  context.jobChanged(progressOf(job));
  context.ring();
  return job;
}

/**
 * Throws the reason why a job cannot be retried. Returns the bytes that its run adds to the stored ones: at least one
 * if its document has to be downloaded again.
 */
async function checkRetryable({ database }: JobsContext, tenantId: string, id: string): Promise<{ bytes: number }> {
  const select = { status: true, source: { select: { storageKey: true, status: true } } } as const;
  const job = await database.prisma.job.findFirst({ where: { id, tenantId }, select });
  if (job === null) throw new RequestError('NOT_FOUND', { message: 'There is no such job.' });
  const { status, source } = job;
  if (status === 'COMPLETED') {
    throw new RequestError('JOB_FINAL', {
      message: 'The job is COMPLETED. To process its document again, call createJob with source.job.',
    });
  }
  if (status !== 'FAILED' && status !== 'CANCELLED') {
    throw new RequestError('JOB_NOT_FINAL', { message: `The job is ${status}; it continues automatically.` });
  }
  if (source.status === 'EXPIRED') throw new RequestError('DOCUMENT_EXPIRED');
  return { bytes: source.storageKey === null ? 1 : 0 };
}
