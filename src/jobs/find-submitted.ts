import { RequestError } from '../errors.ts';
import type { Job } from '../job-row/job.ts';
import type { JobsContext } from './context.ts';
import { type Taken, takenKey } from './sql/taken.ts';

/** Identifies a submission, so that a repeated one is recognized. */
export interface SubmissionKey {
  tenantId: string;
  idempotencyKey: string | null;
  /** A keyed hash of `canonical`; null without a key. */
  fingerprint: string | null;
}

export interface Submitted {
  job: Job;
  /** Whether an earlier submission with the same key created this job. */
  deduplicated: boolean;
}

/**
 * Returns the job that an earlier submission with this key created; null if the key is free. Refuses a key used for
 * anything else.
 */
export async function findSubmittedJob(
  { database }: Pick<JobsContext, 'database'>,
  { tenantId, idempotencyKey, fingerprint }: SubmissionKey,
): Promise<Submitted | null> {
  if (idempotencyKey === null) return null;
  const [key] = await database.query<Taken>(takenKey, [tenantId, idempotencyKey]);
  if (key === undefined) return null;
  if (key.jobId === null || key.fingerprint !== fingerprint) throw new RequestError('IDEMPOTENCY_CONFLICT');
  const job = await database.prisma.job.findUnique({ where: { id: key.jobId } });
  if (job !== null) return { job, deduplicated: true };
  throw new RequestError('IDEMPOTENCY_CONFLICT', { message: 'The job of this idempotency key was deleted.' });
}
