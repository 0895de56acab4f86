import { setImmediate } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { NewSource, SourceOfJob } from '../documents/sources.ts';
import { RequestError } from '../errors.ts';
import { newUuid } from '../ids.ts';
import type { JobOptions } from '../job-row/options.ts';
import type { JobsContext } from '../jobs/context.ts';
import { type Taken, takenKey } from '../jobs/sql/taken.ts';
import { webhookValues } from '../jobs/submit.ts';
import type { ProgressState } from '../progress/state.ts';
import { inBytesQueue } from '../tenants/bytes-queue.ts';
import type { Quotas } from '../tenants/limits.ts';
import { lockBytes } from '../tenants/sql/usage.ts';
import { areBytesLimited, checkQuotas, quotaValues, untilDecided } from '../tenants/usage.ts';
import type { WebhookTarget } from '../webhooks/choose-target.ts';
import { type Batch, batchStateOf } from './batch.ts';
import { insertBatch, insertItems } from './sql/insert-batch.ts';

export interface BatchItem {
  source: SourceOfJob;
  options: JobOptions;
  sealedPassword: string | null;
  name: string | null;
  metadata: Record<string, unknown> | null;
  maxRetries: number;
}

export interface BatchSubmission {
  tenantId: string;
  name: string | null;
  items: BatchItem[];
  priority: number;
  webhook: WebhookTarget | null;
  quotas: Quotas;
  idempotencyKey: string | null;
  /** See `Submission` of a job. */
  fingerprint: string | null;
  /** The span of the submission, for the traces of its jobs. */
  traceContext?: string | null;
}

export interface SubmittedBatch {
  batch: Batch;
  /** Whether an earlier submission with the same key created this batch. */
  deduplicated: boolean;
}

/** Limits concurrent inserts of batches: each holds a connection for seconds, and single jobs need connections too. */
const inTurn = pLimit(2);

/** Items per statement, few enough to take well under a second. */
const chunkSize = 500;

/** Returns an item in the form that `insertItems` reads. */
function rowOf({ source, ...item }: NumberedItem) {
  return {
    id: item.id,
    index: item.index,
    ...('uploadId' in source
      ? { upload: source.uploadId }
      : 'jobId' in source
        ? { job: source.jobId }
        : sourceRow(source)),
    options: item.options,
    password: item.sealedPassword,
    name: item.name,
    metadata: item.metadata,
    retries: item.maxRetries,
  };
}

function sourceRow({ id, contentType, storageKey, sealedCredentials, ...source }: NewSource) {
  const renamed = { content_type: contentType, storage_key: storageKey, credentials: sealedCredentials };
  return { ...source, source: id, ...renamed };
}

type NumberedItem = BatchItem & { id: string; index: number };

/**
 * Accepts all jobs of a batch or none. Once this resolves, all of them are on disk. They are inserted in chunks in one
 * transaction: no statement takes long, and a part of the batch is never visible. After a crash in the middle, the same
 * request may be sent again.
 */
export async function submitBatch(context: JobsContext, submission: BatchSubmission): Promise<SubmittedBatch> {
  // In the order of the items: of jobs with the same priority, the one with the lower id starts first.
  const items = submission.items.map((item, index) => ({ ...item, index, id: newUuid() }));
  const addsLimitedBytes = areBytesLimited(submission.quotas, bytesOf(submission.items, 0));
  const insert = () => inTurn(() => insertAll(context, submission, items, addsLimitedBytes));
  return await untilDecided(submission.quotas, async () => {
    const batch = await (addsLimitedBytes ? inBytesQueue(submission.tenantId, insert) : insert());
    if (batch === null) {
      const existing = await findSubmittedBatch(context, submission);
      const addition = { jobs: items.length, bytes: bytesOf(submission.items) };
      if (existing === null) await checkQuotas(context.database, submission, addition);
      return existing;
    }
    context.batchChanged(batchStateOf(batch));
    context.ring(items.length);
    void announce(context, batch, items, notifiesOfJobs(submission.webhook));
    return { batch, deduplicated: false };
  });
}

/** Returns the bytes of new documents. The size of a URL's is unknown: it counts as `unknown`, by default one byte. */
function bytesOf(items: readonly BatchItem[], unknown = 1): number {
  return items.reduce((sum, { source }) => sum + ('kind' in source ? (source.bytes ?? unknown) : 0), 0);
}

/** Inserts the batch and its jobs. Returns null if the key is taken or a quota is exceeded. */
function insertAll(
  context: JobsContext,
  submission: BatchSubmission,
  items: NumberedItem[],
  addsLimitedBytes: boolean,
): Promise<Batch | null> {
  const { tenantId, name, idempotencyKey, fingerprint, priority } = submission;
  const webhook = webhookValues(submission.webhook);
  const [webhookId = null] = notifiesOfJobs(submission.webhook) ? webhook : [];
  return context.database.transaction(async (query) => {
    const id = newUuid();
    const quotas = [bytesOf(items), ...quotaValues(submission.quotas)];
    const values = [id, tenantId, name, idempotencyKey, fingerprint, items.length, ...webhook, ...quotas];
    if (addsLimitedBytes) await query(lockBytes, [tenantId]);
    const [batch] = await query<Batch>(insertBatch, values);
    if (batch === undefined) return null;
    for (let from = 0; from < items.length; from += chunkSize) {
      const chunk = items.slice(from, from + chunkSize);
      const json = JSON.stringify(chunk.map(rowOf));
      const values = [id, tenantId, json, priority, webhookId, submission.traceContext ?? null];
      const [row] = await query<{ inserted: number }>(insertItems, values);
      // The caller has checked the documents, so one was deleted since then.
      if (row?.inserted !== chunk.length) {
        throw new RequestError('UPLOAD_EXPIRED', {
          message: 'A document that the batch names was deleted. Upload it again.',
        });
      }
    }
    return batch;
  });
}

/** Whether the jobs need the webhook. If not, their transitions incur no cost for it. */
function notifiesOfJobs(webhook: WebhookTarget | null): boolean {
  return webhook?.events.some((event) => event.startsWith('JOB_')) ?? false;
}

/** Reports the new jobs in parts, so that they do not block other work. */
async function announce(
  context: JobsContext,
  batch: Batch,
  items: { id: string; name: string | null }[],
  owesWebhook: boolean,
) {
  const { jobChanged } = context;
  for (const [index, { id, name }] of items.entries()) {
    if (index % 200 === 199) await setImmediate();
    jobChanged({
      jobId: id,
      tenantId: batch.tenantId,
      batchId: batch.id,
      owesWebhook,
      revision: 1,
      seq: 0,
      name,
      status: 'PENDING',
      stage: 'QUEUED',
      percent: 0,
      pagesDone: 0,
      pagesTotal: null,
      bytesDone: null,
      bytesTotal: null,
      retryCount: 0,
      nextRetryAt: null,
      failure: null,
      at: batch.createdAt.toISOString(),
    } satisfies ProgressState);
  }
}

/**
 * Returns the batch that an earlier submission with this key created; null if the key is free. Refuses a key used for
 * anything else.
 */
export async function findSubmittedBatch(
  { database }: Pick<JobsContext, 'database'>,
  { tenantId, idempotencyKey, fingerprint }: Pick<BatchSubmission, 'tenantId' | 'idempotencyKey' | 'fingerprint'>,
): Promise<SubmittedBatch | null> {
  if (idempotencyKey === null) return null;
  const [key] = await database.query<Taken>(takenKey, [tenantId, idempotencyKey]);
  if (key === undefined) return null;
  if (key.batchId === null || key.fingerprint !== fingerprint) throw new RequestError('IDEMPOTENCY_CONFLICT');
  const batch = await database.prisma.batch.findUnique({ where: { id: key.batchId } });
  if (batch !== null) return { batch, deduplicated: true };
  throw new RequestError('IDEMPOTENCY_CONFLICT', { message: 'The batch of this idempotency key was deleted.' });
}
