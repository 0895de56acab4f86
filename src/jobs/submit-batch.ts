import { setImmediate } from 'node:timers/promises';
import { RequestError } from '../errors.ts';
import { newUuid } from '../ids.ts';
import type { ProgressState } from '../progress/state.ts';
import { type Batch, batchColumns, batchStateOf } from './batch.ts';
import type { JobsContext } from './context.ts';
import { type JobOptions, priorityIntervalSeconds } from './options.ts';
import { type SourceOfJob, type WebhookTarget, webhookValues } from './submit.ts';

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
  idempotencyKey: string | null;
  /** As of a job's submission. */
  fingerprint: string | null;
}

export interface SubmittedBatch {
  batch: Batch;
  /** True if an earlier submission with the same key made this batch. */
  deduplicated: boolean;
}

/**
 * As `insertJob`, for all items at once: they travel as one JSON text, which is the cheapest way to bring thousands of rows.
 * Inserts nothing unless every upload is there and the key is free.
 */
const insertBatch = `
WITH item AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset($6::jsonb) AS i(
        id uuid, index int, source uuid, kind text, url text, filename text, content_type text, bytes bigint, sha256 text,
        storage_key text, options jsonb, password text, name text, metadata jsonb, retries int)
), upload AS MATERIALIZED (
    SELECT s.id FROM sources s
     WHERE s.id IN (SELECT source FROM item WHERE kind IS NULL) AND s.tenant_id = $2 AND s.status = 'STORED' AND s.kind = 'UPLOAD'
       -- The pruner takes what expired a while ago: the two never meet.
       AND (s.expires_at IS NULL OR s.expires_at > now() OR EXISTS (SELECT FROM jobs o WHERE o.source_id = s.id))
       FOR KEY SHARE OF s
), complete AS (
    SELECT 1 WHERE NOT EXISTS (SELECT FROM item WHERE kind IS NULL AND source NOT IN (SELECT id FROM upload))
), key AS (
    INSERT INTO idempotency_keys AS k (tenant_id, key, batch_id, fingerprint)
    SELECT $2, $4::text, $1, $5 FROM complete WHERE $4::text IS NOT NULL
    ON CONFLICT (tenant_id, key) DO UPDATE
       SET job_id = NULL, batch_id = EXCLUDED.batch_id, fingerprint = EXCLUDED.fingerprint, created_at = now(), expires_at = NULL
     WHERE k.expires_at < now()
    RETURNING batch_id
), go AS (
    SELECT 1 FROM complete WHERE $4::text IS NULL OR EXISTS (SELECT FROM key)
), webhook AS (
    INSERT INTO webhooks (id, tenant_id, url, endpoint_id, lane, events)
    SELECT $8::uuid, $2, $9, $10::uuid, $11, $12::text[]::"WebhookEvent"[] FROM go WHERE $8::uuid IS NOT NULL
), b AS (
    INSERT INTO batches (id, tenant_id, name, total, pending, webhook_id)
    SELECT $1, $2, $3, n, n, $8::uuid FROM go, (SELECT count(*) AS n FROM item) counted
    RETURNING *
), source AS (
    INSERT INTO sources (id, tenant_id, kind, status, url, filename, content_type, bytes, sha256, storage_key)
    SELECT source, $2, kind::"SourceKind", CASE WHEN storage_key IS NULL THEN 'WAITING' ELSE 'STORED' END::"UploadStatus",
           url, filename, content_type, bytes, sha256, storage_key
      FROM item, go WHERE kind IS NOT NULL
), job AS (
    INSERT INTO jobs (id, tenant_id, source_id, batch_id, batch_index, options, sealed_password, name, metadata, priority,
                      max_retries, created_at, claim_order, webhook_id)
    SELECT id, $2, source, $1, index, options, password, name, metadata, $7::int, retries, now(),
           now() + $7::int * interval '${priorityIntervalSeconds} seconds', CASE WHEN $13 THEN $8::uuid END
      FROM item, go
)
SELECT ${batchColumns} FROM b`;

function rowOf({ source, ...item }: BatchItem & { id: string }, index: number) {
  const own = 'uploadId' in source ? null : source;
  return {
    id: item.id,
    index,
    source: 'uploadId' in source ? source.uploadId : source.id,
    kind: own?.kind,
    url: own?.url,
    filename: own?.filename,
    content_type: own?.contentType,
    bytes: own?.bytes,
    sha256: own?.sha256,
    storage_key: own?.storageKey,
    options: item.options,
    password: item.sealedPassword,
    name: item.name,
    metadata: item.metadata,
    retries: item.maxRetries,
  };
}

/** Accepts all jobs of a batch, or none. Once this resolves, all of them are on disk. */
export async function submitBatch(context: JobsContext, submission: BatchSubmission): Promise<SubmittedBatch> {
  const { tenantId, priority, idempotencyKey } = submission;
  // Ids in the order of the items: of jobs with the same priority the one with the lower id starts first.
  const items = submission.items.map((item) => ({ ...item, id: newUuid() }));
  const [batch] = await context.database.query<Batch>(insertBatch, [
    newUuid(),
    tenantId,
    submission.name,
    idempotencyKey,
    submission.fingerprint,
    JSON.stringify(items.map(rowOf)),
    priority,
    ...webhookValues(submission.webhook),
    tellsOfJobs(submission.webhook),
  ]);
  if (batch === undefined) return await existingBatch(context, submission);
  context.publishBatch(batchStateOf(batch));
  context.ring(items.length);
  void announce(context, batch, items, tellsOfJobs(submission.webhook));
  return { batch, deduplicated: false };
}

/** Its jobs have no webhook otherwise: their transitions then cost nothing more. */
function tellsOfJobs(webhook: WebhookTarget | null): boolean {
  return webhook?.events.some((event) => event.startsWith('JOB_')) ?? false;
}

/** Tells whoever watches all jobs of the tenant, in parts, so that nobody else waits for it. */
async function announce(
  context: JobsContext,
  batch: Batch,
  items: { id: string; name: string | null }[],
  owesWebhook: boolean,
) {
  const { publish } = context;
  for (const [index, { id, name }] of items.entries()) {
    if (index % 200 === 199) await setImmediate();
    publish({
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

/** The batch that has this key already; or the error that says why nothing was inserted. */
async function existingBatch(context: JobsContext, submission: BatchSubmission): Promise<SubmittedBatch> {
  const { prisma } = context.database;
  const { tenantId, idempotencyKey } = submission;
  const key =
    idempotencyKey === null
      ? null
      : await prisma.idempotencyKey.findUnique({ where: { tenantId_key: { tenantId, key: idempotencyKey } } });
  const isTaken = key !== null && (key.expiresAt === null || key.expiresAt > new Date());
  if (!isTaken) {
    // The caller has looked before: it went in between.
    throw new RequestError('UPLOAD_EXPIRED', { message: 'An upload that the batch names is no longer there.' });
  }
  const batch = key.batchId && (await prisma.batch.findUnique({ where: { id: key.batchId } }));
  if (!batch || key.fingerprint !== submission.fingerprint) throw new RequestError('IDEMPOTENCY_CONFLICT');
  return { batch, deduplicated: true };
}
