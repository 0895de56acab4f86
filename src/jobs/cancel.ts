import { RequestError } from '../errors.ts';
import type { JobsContext } from './context.ts';
import { type Job, jobColumns, progressOf } from './job.ts';

const cancel = `
WITH old AS (
    SELECT id, status FROM jobs
     WHERE id = $1 AND tenant_id = $2 AND status IN ('PENDING', 'RUNNING', 'RETRYING')
       FOR UPDATE
), job AS (
    UPDATE jobs j
       SET status = 'CANCELLED', revision = j.revision + 1, progress_seq = 0, finished_at = now(), lease_expires_at = NULL,
           due_at = NULL, sealed_password = NULL
      FROM old WHERE j.id = old.id
    RETURNING j.*
), attempt AS (
    INSERT INTO job_attempts (job_id, number, run, worker_id, started_at, finished_at)
    SELECT job.id, attempt, run, worker_id, started_at, now() FROM job JOIN old ON old.id = job.id WHERE old.status = 'RUNNING'
)
SELECT ${jobColumns} FROM job j`;

/**
 * PENDING, RUNNING, RETRYING → CANCELLED. A running job's worker learns of it when it renews its lease, within a second
 * and without Redis, and kills the extraction; whatever that still writes fails the fence.
 */
export async function cancelJob(context: JobsContext, tenantId: string, id: string): Promise<Job> {
  const [job] = await context.database.query<Job>(cancel, [id, tenantId]);
  if (job !== undefined) {
    context.publish(progressOf(job));
    return job;
  }
  const existing = await context.database.prisma.job.findFirst({ where: { id, tenantId } });
  if (existing === null) throw new RequestError('NOT_FOUND', { message: 'There is no such job.' });
  if (existing.status !== 'CANCELLED') {
    throw new RequestError('JOB_FINAL', { message: `The job has already ended: it is ${existing.status}.` });
  }
  return existing;
}
