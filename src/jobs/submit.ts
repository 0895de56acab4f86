import type { SourceOfJob } from '../documents/sources.ts';
import { type UploadState, uploadStates } from '../documents/sql/named-documents.ts';
import { uploadProblem } from '../documents/upload-problem.ts';
import { RequestError } from '../errors.ts';
import { newUuid } from '../ids.ts';
import { type Job, progressOf } from '../job-row/job.ts';
import type { JobOptions } from '../job-row/options.ts';
import type { WebhookTarget } from '../webhooks/choose-target.ts';
import type { JobsContext } from './context.ts';
import { insertJob } from './sql/insert-job.ts';
import { type Taken, takenKey } from './sql/taken.ts';

export interface Submission {
  tenantId: string;
  source: SourceOfJob;
  options: JobOptions;
  sealedPassword: string | null;
  name: string | null;
  metadata: Record<string, unknown> | null;
  priority: number;
  maxRetries: number;
  webhook: WebhookTarget | null;
  /** The earliest start. */
  runAt: Date | null;
  idempotencyKey: string | null;
  /** A keyed hash of `canonical`, by which repeated submissions are recognized; null without a key. */
  fingerprint: string | null;
}

export interface Submitted {
  job: Job;
  /** Whether an earlier submission with the same key created this job. */
  deduplicated: boolean;
}

/** Accepts a job. Once this resolves, the job is on disk and reaches a final state even if any process is killed. */
export async function submitJob(context: JobsContext, submission: Submission): Promise<Submitted> {
  const { source } = submission;
  const own = 'kind' in source ? source : null;
  const [job] = await context.database.query<Job>(insertJob, [
    newUuid(),
    submission.tenantId,
    'uploadId' in source ? source.uploadId : (own?.id ?? null),
    own?.kind ?? null,
    JSON.stringify(submission.options),
    submission.sealedPassword,
    submission.name,
    submission.metadata === null ? null : JSON.stringify(submission.metadata),
    submission.priority,
    submission.maxRetries,
    submission.runAt,
    submission.idempotencyKey,
    submission.fingerprint,
    own?.url ?? null,
    own?.filename ?? null,
    own?.contentType ?? null,
    own?.bytes ?? null,
    own?.sha256 ?? null,
    own?.storageKey ?? null,
    ...webhookValues(submission.webhook),
    'jobId' in source ? source.jobId : null,
  ]);
  if (job === undefined) return await existingJob(context, submission);
  context.jobChanged(progressOf(job));
  if (job.dueAt === null) context.ring();
  return { job, deduplicated: false };
}

/** Returns the values of a new webhook row: id, URL, endpoint, lane and events. */
export function webhookValues(webhook: WebhookTarget | null): (string | null | string[])[] {
  if (webhook === null) return [null, null, null, null, null];
  return [newUuid(), webhook.url, webhook.endpointId, webhook.lane, webhook.events];
}

/** Returns the job that has this key already. Throws the reason if none has and nothing was inserted. */
async function existingJob(context: JobsContext, submission: Submission): Promise<Submitted> {
  const { database } = context;
  const { tenantId, idempotencyKey, source } = submission;
  if (idempotencyKey !== null) {
    const [key] = await database.query<Taken>(takenKey, [tenantId, idempotencyKey]);
    if (key !== undefined) {
      if (key.jobId === null || key.fingerprint !== submission.fingerprint)
        throw new RequestError('IDEMPOTENCY_CONFLICT');
      const job = await database.prisma.job.findUnique({ where: { id: key.jobId } });
      if (job === null) {
        throw new RequestError('IDEMPOTENCY_CONFLICT', { message: 'The job of this idempotency key was deleted.' });
      }
      return { job, deduplicated: true };
    }
  }
  if ('uploadId' in source) {
    const [upload] = await database.query<UploadState>(uploadStates, [[source.uploadId], tenantId]);
    const problem = uploadProblem(upload);
    if (problem === 'NOT_FOUND') throw new RequestError('NOT_FOUND', { message: 'There is no such upload.' });
    if (problem !== null) throw new RequestError(problem);
  }
  if ('jobId' in source) throw new RequestError('NOT_FOUND', { message: 'source.job: there is no such job.' });
  throw new Error('a job was neither inserted nor found');
}

/**
 * Returns the text that must be equal for two submissions under one key to be the same. The order of fields does not
 * matter. It may contain a password: store only a keyed hash of it.
 */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value instanceof Date) return JSON.stringify(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, each]) => each !== undefined && each !== null)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join(',')}}`;
}
