import { setTimeout } from 'node:timers/promises';
import { RequestError } from '../errors.ts';
import type { Batch } from './batch.ts';
import type { JobsContext } from './context.ts';
import { type Job, jobColumns, progressOf } from './job.ts';
import { priorityIntervalSeconds } from './options.ts';

/** Jobs changed in one statement: short enough that nobody who waits for one of them notices. */
const part = 1_000;
/** Others lock a job for the milliseconds of a statement. */
const pauseMs = 20;

/** SKIP LOCKED: whoever else locks several jobs at once does so in an order of its own, and waiting for each other would be a deadlock. */
const cancelPart = `
WITH old AS (
    SELECT id, status FROM jobs
     WHERE batch_id = $1 AND status IN ('PENDING', 'RUNNING', 'RETRYING')
     ORDER BY batch_index LIMIT ${part} FOR UPDATE SKIP LOCKED
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

const retryPart = `
UPDATE jobs j
   SET status = 'PENDING', stage = 'QUEUED', revision = j.revision + 1, progress_seq = 0, percent = 0, run = j.run + 1,
       retry_count = 0, give_backs = 0, finished_at = NULL, due_at = NULL, failure_code = NULL, failure_message = NULL, failure_page = NULL,
       claim_order = now() + j.priority * interval '${priorityIntervalSeconds} seconds'
  FROM (SELECT id FROM jobs WHERE batch_id = $1 AND status = 'FAILED' AND finished_at <= $2 ORDER BY batch_index LIMIT ${part} FOR UPDATE SKIP LOCKED) old
 WHERE j.id = old.id
RETURNING ${jobColumns}`;

async function findBatch(context: JobsContext, tenantId: string, id: string): Promise<Batch> {
  const batch = await context.database.prisma.batch.findFirst({ where: { id, tenantId } });
  if (batch === null) throw new RequestError('NOT_FOUND', { message: 'There is no such batch.' });
  return batch;
}

/** Changes all jobs that a statement finds, part by part, until a part finds none and none was merely locked. */
async function changeAll(
  context: JobsContext,
  statements: { change: string; left: string },
  values: (string | Date)[],
): Promise<void> {
  for (;;) {
    const jobs = await context.database.query<Job>(statements.change, values);
    for (const job of jobs) context.publish(progressOf(job));
    const waiting = jobs.filter(({ status }) => status === 'PENDING').length;
    if (waiting > 0) context.ring(waiting);
    if (jobs.length === part) continue;
    if ((await context.database.query(statements.left, values)).length === 0) return;
    await setTimeout(pauseMs);
  }
}

const cancelling = {
  change: cancelPart,
  left: `SELECT 1 AS one FROM jobs WHERE batch_id = $1 AND status IN ('PENDING', 'RUNNING', 'RETRYING') LIMIT 1`,
};
const retrying = {
  change: retryPart,
  left: `SELECT 1 AS one FROM jobs WHERE batch_id = $1 AND status = 'FAILED' AND finished_at <= $2 LIMIT 1`,
};

/**
 * Cancels all jobs of a batch that have not ended. Not at one moment: while it is at it, some may still end by themselves.
 * Safe to repeat.
 */
export async function cancelBatch(context: JobsContext, tenantId: string, id: string): Promise<Batch> {
  await findBatch(context, tenantId, id);
  await context.fold(id);
  const batch = await findBatch(context, tenantId, id);
  if (batch.status === 'CANCELLED') return batch;
  if (batch.finishedAt !== null) {
    throw new RequestError('BATCH_FINAL', { message: `The batch has already ended: it is ${batch.status}.` });
  }
  await context.database.prisma.batch.update({ where: { id }, data: { cancelledAt: new Date() } });
  await changeAll(context, cancelling, [id]);
  await context.fold(id);
  return await findBatch(context, tenantId, id);
}

/** Starts the failed jobs of a batch anew, each with all its retries before it. Nothing happens if none has failed. */
export async function retryBatch(context: JobsContext, tenantId: string, id: string): Promise<Batch> {
  await findBatch(context, tenantId, id);
  // Those that fail again meanwhile have had their turn.
  const [clock] = await context.database.query<{ now: Date }>('SELECT now()', []);
  await changeAll(context, retrying, [id, clock?.now ?? new Date()]);
  await context.fold(id);
  return await findBatch(context, tenantId, id);
}
