import { RequestError } from '../errors.ts';
import { newUuid } from '../ids.ts';
import type { JobsContext } from './context.ts';
import { type Job, jobColumns, progressOf } from './job.ts';
import { type JobOptions, priorityIntervalSeconds } from './options.ts';

/** Bytes that came with the request and are in storage already, or a URL that a worker will fetch. */
export interface NewSource {
  id: string;
  kind: 'URL' | 'FILE' | 'BASE64';
  url: string | null;
  filename: string | null;
  contentType: string | null;
  bytes: number | null;
  sha256: string | null;
  storageKey: string | null;
}

/** The id of a stored upload of the tenant, or a source of the job's own. */
export type SourceOfJob = { uploadId: string } | NewSource;

/** Whom to tell, of what: a URL or an endpoint of the tenant. */
export interface WebhookTarget {
  url: string | null;
  endpointId: string | null;
  /** What its deliveries share the way with, see src/webhooks/target.ts. */
  lane: string;
  events: string[];
}

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
  /** Not before. */
  runAt: Date | null;
  idempotencyKey: string | null;
  /** What makes a repetition a repetition, a keyed hash of `canonical`; null without a key. */
  fingerprint: string | null;
}

export interface Submitted {
  job: Job;
  /** True if an earlier submission with the same key made this job. */
  deduplicated: boolean;
}

/**
 * Inserts the job, its source and its idempotency key in one statement: all or nothing, one round trip, one commit. It
 * inserts nothing if the upload isn't there, or if the key is taken; which of the two is found out afterwards.
 * A key is taken until 24 hours after its job was deleted. Two concurrent submissions with one key wait for each other
 * at the key's primary key, so one inserts and the other finds.
 */
const insertJob = `
WITH upload AS (
    SELECT s.id FROM sources s
     WHERE s.id = $3::uuid AND s.tenant_id = $2::uuid AND s.status = 'STORED' AND s.kind = 'UPLOAD' AND $4::text IS NULL
       -- The pruner takes what expired a while ago: the two never meet.
       AND (s.expires_at IS NULL OR s.expires_at > now() OR EXISTS (SELECT FROM jobs o WHERE o.source_id = s.id))
       FOR KEY SHARE
), found AS (
    SELECT id FROM upload UNION ALL SELECT $3::uuid WHERE $4::text IS NOT NULL
), key AS (
    INSERT INTO idempotency_keys AS k (tenant_id, key, job_id, fingerprint)
    SELECT $2::uuid, $12::text, $1::uuid, $13 FROM found WHERE $12::text IS NOT NULL
    ON CONFLICT (tenant_id, key) DO UPDATE
       SET job_id = EXCLUDED.job_id, batch_id = NULL, fingerprint = EXCLUDED.fingerprint, created_at = now(), expires_at = NULL
     WHERE k.expires_at < now()
    RETURNING job_id
), go AS (
    SELECT id FROM found WHERE $12::text IS NULL OR EXISTS (SELECT FROM key)
), source AS (
    INSERT INTO sources (id, tenant_id, kind, status, url, filename, content_type, bytes, sha256, storage_key)
    SELECT go.id, $2::uuid, $4::text::"SourceKind", CASE WHEN $19::text IS NULL THEN 'WAITING' ELSE 'STORED' END::"UploadStatus",
           $14, $15, $16, $17, $18, $19::text
      FROM go WHERE $4::text IS NOT NULL
), webhook AS (
    INSERT INTO webhooks (id, tenant_id, url, endpoint_id, lane, events)
    SELECT $20::uuid, $2::uuid, $21, $22::uuid, $23, $24::text[]::"WebhookEvent"[] FROM go WHERE $20::uuid IS NOT NULL
)
INSERT INTO jobs AS j (id, tenant_id, source_id, options, sealed_password, name, metadata, priority, max_retries, due_at, created_at, claim_order,
                       webhook_id)
SELECT $1::uuid, $2::uuid, go.id, $5, $6, $7, $8, $9::int, $10, CASE WHEN $11::timestamptz > now() THEN $11::timestamptz END, now(),
       now() + $9::int * interval '${priorityIntervalSeconds} seconds', $20::uuid
  FROM go
RETURNING ${jobColumns}`;

/** Accepts a job. Once this resolves, the job is on disk and will reach a final state whatever dies. */
export async function submitJob(context: JobsContext, submission: Submission): Promise<Submitted> {
  const { source } = submission;
  const own = 'uploadId' in source ? null : source;
  const [job] = await context.database.query<Job>(insertJob, [
    newUuid(),
    submission.tenantId,
    'uploadId' in source ? source.uploadId : source.id,
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
  ]);
  if (job === undefined) return await existingJob(context, submission);
  context.publish(progressOf(job));
  if (job.dueAt === null) context.ring();
  return { job, deduplicated: false };
}

/** Its row: a new id, URL, endpoint, lane and events. */
export function webhookValues(webhook: WebhookTarget | null): (string | null | string[])[] {
  if (webhook === null) return [null, null, null, null, null];
  return [newUuid(), webhook.url, webhook.endpointId, webhook.lane, webhook.events];
}

/** The job that has this key already; or the error that says why nothing was inserted. */
async function existingJob(context: JobsContext, submission: Submission): Promise<Submitted> {
  const { prisma } = context.database;
  const { tenantId, idempotencyKey, source } = submission;
  if (idempotencyKey !== null) {
    const key = await prisma.idempotencyKey.findUnique({ where: { tenantId_key: { tenantId, key: idempotencyKey } } });
    if (key !== null && (key.expiresAt === null || key.expiresAt > new Date())) {
      if (key.jobId === null || key.fingerprint !== submission.fingerprint)
        throw new RequestError('IDEMPOTENCY_CONFLICT');
      const job = await prisma.job.findUnique({ where: { id: key.jobId } });
      if (job === null) {
        throw new RequestError('IDEMPOTENCY_CONFLICT', { message: 'The job of this idempotency key was deleted.' });
      }
      return { job, deduplicated: true };
    }
  }
  if ('uploadId' in source) {
    const upload = await prisma.source.findFirst({ where: { id: source.uploadId, tenantId, kind: 'UPLOAD' } });
    if (upload === null) throw new RequestError('NOT_FOUND', { message: 'There is no such upload.' });
    const isOver = upload.expiresAt !== null && upload.expiresAt <= new Date();
    if (upload.status === 'EXPIRED' || isOver) throw new RequestError('UPLOAD_EXPIRED');
    if (upload.status === 'WAITING') throw new RequestError('UPLOAD_INCOMPLETE');
  }
  throw new Error('a job was neither inserted nor found');
}

/**
 * What must be the same for two submissions under one key to be one, as text; the order of fields does not matter. It may
 * hold a password: keep a keyed hash of it, never the text.
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
