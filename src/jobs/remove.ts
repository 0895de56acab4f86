import { RequestError } from '../errors.ts';
import type { JobsContext } from './context.ts';

const remove = `
WITH job AS (
    DELETE FROM jobs j
     WHERE j.id = $1 AND j.tenant_id = $2 AND j.status IN ('COMPLETED', 'FAILED', 'CANCELLED')
    RETURNING j.id, j.source_id, j.batch_id, j.webhook_id
), key AS (
    UPDATE idempotency_keys k SET expires_at = now() + interval '24 hours' FROM job WHERE k.job_id = job.id
), webhook AS (
    -- That of a batch is for its other jobs, too. What is owed already is told.
    DELETE FROM webhooks w USING job WHERE w.id = job.webhook_id AND job.batch_id IS NULL
), source AS (
    DELETE FROM sources s USING job
     WHERE s.id = job.source_id AND $3
       -- An upload that never expires, such as the sample, stays for the next job.
       AND NOT (s.kind = 'UPLOAD' AND s.expires_at IS NULL)
       AND NOT EXISTS (SELECT FROM jobs o WHERE o.source_id = s.id AND o.id <> job.id)
    RETURNING s.storage_key
)
SELECT job.id, (SELECT storage_key FROM source) AS "storageKey" FROM job`;

/** PostgreSQL's "still referenced": another job was created from the same upload at this very moment. */
const foreignKeyViolation = '23503';

/**
 * Deletes a final job with its pages, and its source if no other job uses it. Answers the storage key of bytes that are
 * now nobody's; the caller removes them. The idempotency key lives on for a day.
 */
export async function deleteJob(
  context: JobsContext,
  tenantId: string,
  id: string,
): Promise<{ storageKey: string | null }> {
  const run = (withSource: boolean) =>
    context.database.query<{ id: string; storageKey: string | null }>(remove, [id, tenantId, withSource]);
  const [deleted] = await run(true).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === foreignKeyViolation) return run(false);
    throw error;
  });
  if (deleted !== undefined) return { storageKey: deleted.storageKey };
  const existing = await context.database.prisma.job.findFirst({ where: { id, tenantId }, select: { status: true } });
  if (existing === null) throw new RequestError('NOT_FOUND', { message: 'There is no such job.' });
  throw new RequestError('JOB_NOT_FINAL', {
    message: `The job is ${existing.status}; only one that has ended can be deleted.`,
  });
}
