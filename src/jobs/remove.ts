import { RequestError } from '../errors.ts';
import type { Job } from '../job-row/job.ts';
import type { JobsContext } from './context.ts';
import { deleteLockedJob, lockDocument } from './sql/delete-job.ts';

/** What a job must meet when it is deleted; null for any final job. */
export interface DeleteCondition {
  statuses: readonly Job['status'][] | null;
  /** As ISO 8601. */
  endedBy: string | null;
}

/**
 * Deletes a final job with its pages, and its document if no other job uses it. Returns the storage key of bytes that
 * no row references any more; the caller removes them. The idempotency key stays reserved for a day.
 */
export async function deleteJob(
  context: JobsContext,
  tenantId: string,
  id: string,
  { statuses, endedBy }: DeleteCondition = { statuses: null, endedBy: null },
): Promise<{ storageKey: string | null }> {
  const [deleted] = await context.database.transaction(async (query) => {
    await query(lockDocument, [id, tenantId]);
    return await query<{ id: string; storageKey: string | null }>(deleteLockedJob, [
      id,
      tenantId,
      statuses === null ? null : [...statuses],
      endedBy,
    ]);
  });
  if (deleted !== undefined) return { storageKey: deleted.storageKey };
  const existing = await context.database.prisma.job.findFirst({ where: { id, tenantId }, select: { status: true } });
  if (existing === null) throw new RequestError('NOT_FOUND', { message: 'There is no such job.' });
  throw new RequestError('JOB_NOT_FINAL', {
    message: `The job is ${existing.status}. Cancel it or wait for its end before you delete it.`,
  });
}
