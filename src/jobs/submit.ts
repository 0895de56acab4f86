import type { SourceOfJob } from '../documents/sources.ts';
import { type UploadState, uploadStates } from '../documents/sql/named-documents.ts';
import { uploadProblem } from '../documents/upload-problem.ts';
import { RequestError } from '../errors.ts';
import { newUuid } from '../ids.ts';
import { type Job, progressOf } from '../job-row/job.ts';
import type { JobOptions } from '../job-row/options.ts';
import { inBytesQueue } from '../tenants/bytes-queue.ts';
import type { Quotas } from '../tenants/limits.ts';
import { lockBytes } from '../tenants/sql/usage.ts';
import { areBytesLimited, checkQuotas, quotaValues, untilDecided } from '../tenants/usage.ts';
import type { WebhookTarget } from '../webhooks/choose-target.ts';
import type { JobsContext } from './context.ts';
import { findSubmittedJob, type SubmissionKey, type Submitted } from './find-submitted.ts';
import { insertJob } from './sql/insert-job.ts';

export interface Submission extends SubmissionKey {
  source: SourceOfJob;
  options: JobOptions;
  sealedPassword: string | null;
  name: string | null;
  metadata: Record<string, unknown> | null;
  priority: number;
  maxRetries: number;
  webhook: WebhookTarget | null;
  quotas: Quotas;
  /** The earliest start. */
  runAt: Date | null;
  /** The span of the submission, for the trace of its attempts. */
  traceContext?: string | null;
}

/** Accepts a job. Once this resolves, the job is on disk and will reach a final state even if any process is killed. */
export async function submitJob(context: JobsContext, submission: Submission): Promise<Submitted> {
  return await untilDecided(submission.quotas, async () => {
    const job = await insert(context, submission);
    if (job === null) return await existingJob(context, submission);
    context.jobChanged(progressOf(job));
    if (job.dueAt === null) context.ring();
    return { job, deduplicated: false };
  });
}

/** Returns null if the key is taken, the document does not exist, or a quota is exceeded. */
async function insert({ database }: JobsContext, submission: Submission): Promise<Job | null> {
  const { source } = submission;
  const own = 'kind' in source ? source : null;
  const values = [
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
    own?.sealedCredentials ?? null,
    ...quotaValues(submission.quotas),
    submission.traceContext ?? null,
  ];
  if (!areBytesLimited(submission.quotas, own?.bytes ?? 0)) return first(await database.query<Job>(insertJob, values));
  const insertLocked = () =>
    database.transaction(async (query) => {
      await query(lockBytes, [submission.tenantId]);
      return first(await query<Job>(insertJob, values));
    });
  return await inBytesQueue(submission.tenantId, insertLocked);
}

function first([job]: Job[]): Job | null {
  return job ?? null;
}

/** Returns the values of a new webhook row: id, URL, endpoint, lane and events. */
export function webhookValues(webhook: WebhookTarget | null): (string | null | string[])[] {
  if (webhook === null) return [null, null, null, null, null];
  return [newUuid(), webhook.url, webhook.endpointId, webhook.lane, webhook.events];
}

/**
 * Returns the existing job of this key. Without one, throws the reason why nothing was inserted. Returns null if that
 * reason no longer applies.
 */
async function existingJob(context: JobsContext, submission: Submission): Promise<Submitted | null> {
  const { database } = context;
  const { tenantId, source } = submission;
  const submitted = await findSubmittedJob(context, submission);
  if (submitted !== null) return submitted;
  if ('uploadId' in source) {
    const [upload] = await database.query<UploadState>(uploadStates, [[source.uploadId], tenantId]);
    const problem = uploadProblem(upload);
    if (problem === 'NOT_FOUND') throw new RequestError('NOT_FOUND', { message: 'There is no such upload.' });
    if (problem !== null) throw new RequestError(problem);
  }
  if ('jobId' in source) {
    const where = { id: source.jobId, tenantId };
    const select = { source: { select: { status: true } } } as const;
    const named = await database.prisma.job.findFirst({ where, select });
    if (named === null) throw new RequestError('NOT_FOUND', { message: 'source.job: there is no such job.' });
    if (named.source.status === 'EXPIRED') throw new RequestError('DOCUMENT_EXPIRED');
  }
  await checkQuotas(database, submission, { jobs: 1, bytes: 'kind' in source ? (source.bytes ?? 1) : 0 });
  return null;
}

/**
 * Returns a text that is equal for two submissions exactly if they are the same. The order of fields does not matter.
 * It may contain a password: store only a keyed hash of it.
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
