import { usableUpload } from '../../documents/sql/usable-upload.ts';
import { priorityIntervalSeconds } from '../../job-row/options.ts';
import { withinQuotas } from '../../tenants/sql/usage.ts';
import { batchColumns } from '../batch.ts';

const allowed = withinQuotas({
  tenant: '$2::uuid',
  jobs: '$6::int',
  bytes: '$12::bigint',
  jobsWaiting: '$13::int',
  bytesStored: '$14::bigint',
  pagesPerMonth: '$15::int',
});

/**
 * Inserts a batch with its idempotency key and webhook. All its jobs count as pending.
 *
 * Parameters: $1 batch, $2 tenant, $3 name, $4 idempotency key, $5 fingerprint, $6 number of items, $7–$11 the webhook,
 * $12 bytes of new documents, $13–$15 the quotas (`quotaValues`). Returns: the batch; no row if the key is taken or a
 * quota is exceeded. Locks: concurrent submissions with one key wait for each other at its primary key until the
 * transaction ends. Called by: `submitBatch`, as the first statement of the transaction that also inserts the items.
 */
export const insertBatch = `
WITH allowed AS MATERIALIZED (
    SELECT WHERE ${allowed}
), key AS (
    INSERT INTO idempotency_keys AS k (tenant_id, key, batch_id, fingerprint)
    SELECT $2::uuid, $4::text, $1::uuid, $5 FROM allowed WHERE $4::text IS NOT NULL
    ON CONFLICT (tenant_id, key) DO UPDATE
       SET job_id = NULL, batch_id = EXCLUDED.batch_id, fingerprint = EXCLUDED.fingerprint, created_at = now(), expires_at = NULL
     WHERE k.expires_at <= now()
    RETURNING batch_id
), go AS (
    SELECT 1 FROM allowed WHERE $4::text IS NULL OR EXISTS (SELECT FROM key)
), webhook AS (
    INSERT INTO webhooks (id, tenant_id, url, endpoint_id, lane, events)
    SELECT $7::uuid, $2::uuid, $8, $9::uuid, $10, $11::text[]::"WebhookEvent"[] FROM go WHERE $7::uuid IS NOT NULL
)
INSERT INTO batches AS b (id, tenant_id, name, total, pending, webhook_id)
SELECT $1::uuid, $2::uuid, $3, $6::int, $6::int, $7::uuid FROM go
RETURNING ${batchColumns}`;

/**
 * Inserts some jobs of a batch with their sources. The items are one JSON text, the cheapest way to send many rows.
 *
 * Parameters: $1 batch, $2 tenant, $3 items as JSON (`rowOf` in batches/submit.ts), $4 priority, $5 the webhook of the
 * jobs or null, $6 their traceparent or null. Returns: one row with the number of inserted jobs; fewer than items if a document no longer exists.
 * Locks: the sources of uploads, FOR KEY SHARE, so that they are not deleted meanwhile; those of jobs, FOR SHARE, so
 * that the credentials of their URLs are not erased either (erase_credentials.sql). Called by: `submitBatch`, for each
 * chunk of items, in the transaction of `insertBatch`: no reader sees an incomplete batch.
 */
export const insertItems = `
WITH item AS MATERIALIZED (
    SELECT * FROM json_to_recordset($3::json) AS i(
        id uuid, index int, upload uuid, job uuid, source uuid, kind text, url text, filename text, content_type text, bytes bigint,
        sha256 text, storage_key text, credentials text, options jsonb, password text, name text, metadata json, retries int)
), upload AS MATERIALIZED (
    SELECT s.id FROM sources s WHERE s.id IN (SELECT upload FROM item) AND s.tenant_id = $2 AND ${usableUpload} FOR KEY SHARE
), document AS MATERIALIZED (
    SELECT e.id AS job, s.id FROM jobs e JOIN sources s ON s.id = e.source_id
     WHERE e.id IN (SELECT job FROM item) AND e.tenant_id = $2 AND s.status <> 'EXPIRED' FOR SHARE OF s
), found AS MATERIALIZED (
    SELECT item.*, coalesce(item.source, upload.id, document.id) AS source_id
      FROM item LEFT JOIN upload ON upload.id = item.upload LEFT JOIN document ON document.job = item.job
), source AS (
    INSERT INTO sources (id, tenant_id, kind, status, url, filename, content_type, bytes, sha256, storage_key, sealed_credentials)
    SELECT source, $2, kind::"SourceKind", CASE WHEN storage_key IS NULL THEN 'WAITING' ELSE 'STORED' END::"UploadStatus",
           url, filename, content_type, bytes, sha256, storage_key, credentials
      FROM item WHERE kind IS NOT NULL
), job AS (
    INSERT INTO jobs (id, tenant_id, source_id, batch_id, batch_index, options, sealed_password, name, metadata, priority,
                      max_retries, created_at, claim_order, webhook_id, trace_context)
    SELECT id, $2, source_id, $1, index, options, password, name, metadata, $4::int, retries, now(),
           now() + $4::int * interval '${priorityIntervalSeconds} seconds', $5::uuid, $6
      FROM found WHERE source_id IS NOT NULL
    RETURNING 1
)
SELECT count(*)::int AS inserted FROM job`;
