import { usableUpload } from '../../documents/sql/usable-upload.ts';
import { jobColumns } from '../../job-row/job.ts';
import { priorityIntervalSeconds } from '../../job-row/options.ts';
import { withinQuotas } from '../../tenants/sql/usage.ts';

/** The bytes of a new source; a URL's are unknown. */
const newBytes = `(CASE WHEN $4::text IS NULL THEN 0 ELSE coalesce($17::bigint, 1) END)`;

const allowed = withinQuotas({
  tenant: '$2::uuid',
  jobs: '1',
  bytes: newBytes,
  jobsWaiting: '$27::int',
  bytesStored: '$28::bigint',
  pagesPerMonth: '$29::int',
});

/**
 * Inserts a job with its source, idempotency key and webhook, atomically in one round trip.
 *
 * Parameters: $1 job, $2 tenant; the document, one of: $3 an upload, $25 a job whose document it is, or $3 a new source
 * of kind $4 with $14–$19 and $26; $5 options, $6 sealed password, $7 name, $8 metadata, $9 priority, $10 maxRetries,
 * $11 not before, $12 idempotency key, $13 fingerprint, $20–$24 the webhook; $27–$29 the quotas (`quotaValues`), $30 the traceparent.
 * Returns: the job; no row if the document does not exist, the key is taken or a quota is exceeded. The caller finds
 * out which.
 * Locks: the source of an upload, FOR KEY SHARE, so that it is not deleted meanwhile; that of a job, FOR SHARE, so that
 * the credentials of its URL are not erased either (erase_credentials.sql). Concurrent submissions
 * with one key wait for each other at its primary key: one inserts, and the others find its job.
 * Called by: `submitJob`.
 */
export const insertJob = `
WITH upload AS (
    SELECT s.id FROM sources s
     WHERE s.id = $3::uuid AND s.tenant_id = $2::uuid AND $4::text IS NULL AND ${usableUpload}
       FOR KEY SHARE
), document AS (
    SELECT s.id FROM jobs e JOIN sources s ON s.id = e.source_id WHERE e.id = $25::uuid AND e.tenant_id = $2::uuid
       AND s.status <> 'EXPIRED' FOR SHARE OF s
), found AS (
    SELECT id FROM (SELECT id FROM upload UNION ALL SELECT id FROM document UNION ALL SELECT $3::uuid WHERE $4::text IS NOT NULL) f
     WHERE ${allowed}
), key AS (
    INSERT INTO idempotency_keys AS k (tenant_id, key, job_id, fingerprint)
    SELECT $2::uuid, $12::text, $1::uuid, $13 FROM found WHERE $12::text IS NOT NULL
    ON CONFLICT (tenant_id, key) DO UPDATE
       SET job_id = EXCLUDED.job_id, batch_id = NULL, fingerprint = EXCLUDED.fingerprint, created_at = now(), expires_at = NULL
     WHERE k.expires_at <= now()
    RETURNING job_id
), go AS (
    SELECT id FROM found WHERE $12::text IS NULL OR EXISTS (SELECT FROM key)
), source AS (
    INSERT INTO sources (id, tenant_id, kind, status, url, filename, content_type, bytes, sha256, storage_key, sealed_credentials)
    SELECT go.id, $2::uuid, $4::text::"SourceKind", CASE WHEN $19::text IS NULL THEN 'WAITING' ELSE 'STORED' END::"UploadStatus",
           $14, $15, $16, $17, $18, $19::text, $26
      FROM go WHERE $4::text IS NOT NULL
), webhook AS (
    INSERT INTO webhooks (id, tenant_id, url, endpoint_id, lane, events)
    SELECT $20::uuid, $2::uuid, $21, $22::uuid, $23, $24::text[]::"WebhookEvent"[] FROM go WHERE $20::uuid IS NOT NULL
)
INSERT INTO jobs AS j (id, tenant_id, source_id, options, sealed_password, name, metadata, priority, max_retries, due_at, created_at, claim_order,
                       webhook_id, trace_context)
SELECT $1::uuid, $2::uuid, go.id, $5, $6, $7, $8, $9::int, $10, CASE WHEN $11::timestamptz > now() THEN $11::timestamptz END, now(),
       now() + $9::int * interval '${priorityIntervalSeconds} seconds', $20::uuid, $30
  FROM go
RETURNING ${jobColumns}`;
