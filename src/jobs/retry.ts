import { RequestError } from '../errors.ts';
import type { JobsContext } from './context.ts';
import { type Job, jobColumns, progressOf } from './job.ts';
import { priorityIntervalSeconds } from './options.ts';

const retry = `
UPDATE jobs j
   SET status = 'PENDING', stage = 'QUEUED', revision = j.revision + 1, progress_seq = 0, percent = 0, run = j.run + 1,
       retry_count = 0, give_backs = 0, finished_at = NULL, due_at = NULL, sealed_password = $3,
       failure_code = NULL, failure_message = NULL, failure_page = NULL,
       claim_order = now() + j.priority * interval '${priorityIntervalSeconds} seconds'
 WHERE j.id = $1 AND j.tenant_id = $2 AND j.status IN ('FAILED', 'CANCELLED')
RETURNING ${jobColumns}`;

/**
 * FAILED, CANCELLED → PENDING: a new run with all its retries before it. The history stays, and so do the stored pages:
 * the new run makes only the others. A password was erased when the job became final, so it has to come again.
 */
export async function retryJob(
  context: JobsContext,
  tenantId: string,
  id: string,
  sealedPassword: string | null,
): Promise<Job> {
  const [job] = await context.database.query<Job>(retry, [id, tenantId, sealedPassword]);
  if (job !== undefined) {
    context.publish(progressOf(job));
    context.ring();
    return job;
  }
  const existing = await context.database.prisma.job.findFirst({ where: { id, tenantId }, select: { status: true } });
  if (existing === null) throw new RequestError('NOT_FOUND', { message: 'There is no such job.' });
  if (existing.status === 'COMPLETED')
    throw new RequestError('JOB_FINAL', { message: 'A completed job is not run again.' });
  throw new RequestError('JOB_NOT_FINAL', { message: `The job is ${existing.status}: it goes on by itself.` });
}
