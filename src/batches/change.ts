import { RequestError } from '../errors.ts';
import { noChanges, type OptionChanges } from '../job-row/options.ts';
import type { JobsContext } from '../jobs/context.ts';
import { noQuotas, type Quotas } from '../tenants/limits.ts';
import { type Addition, checkQuotas, hasQuotas } from '../tenants/usage.ts';
import type { Batch } from './batch.ts';
import { makePart } from './batch-changes.ts';
import { type BatchChange, recordCancel, recordRetry } from './sql/batch-changes.ts';

async function findBatch({ database }: JobsContext, tenantId: string, id: string): Promise<Batch> {
  const batch = await database.prisma.batch.findFirst({ where: { id, tenantId } });
  if (batch === null) throw new RequestError('NOT_FOUND', { message: 'There is no such batch.' });
  return batch;
}

/**
 * Cancels all unfinished jobs of a batch. The request is recorded and the first jobs are cancelled before this
 * resolves, the rest soon after; some may end normally meanwhile. Safe to repeat.
 */
export async function cancelBatch(context: JobsContext, tenantId: string, id: string): Promise<Batch> {
  await findBatch(context, tenantId, id);
  await context.aggregateBatch(id);
  const batch = await findBatch(context, tenantId, id);
  if (batch.status === 'CANCELLED') return batch;
  const [change] = await context.database.query<BatchChange & Record<string, unknown>>(recordCancel, [id]);
  if (change === undefined) {
    const ended = await findBatch(context, tenantId, id);
    if (ended.status === 'CANCELLED') return ended;
    throw new RequestError('BATCH_FINAL', { message: `The batch has already ended: it is ${ended.status}.` });
  }
  return await begin(context, tenantId, change);
}

/**
 * Runs the failed jobs of a batch again, with all retries available and the changed options. Recorded and started as in
 * `cancelBatch`. Does nothing if no job has failed.
 */
export async function retryBatch(
  context: JobsContext,
  tenantId: string,
  id: string,
  sealedPassword: string | null = null,
  { options, maxRetries, limits }: OptionChanges = noChanges,
  quotas: Quotas = noQuotas,
): Promise<Batch> {
  await findBatch(context, tenantId, id);
  if (hasQuotas(quotas)) {
    await checkQuotas(context.database, { tenantId, quotas }, await additionOf(context, tenantId, id));
  }
  const values = [id, JSON.stringify(options), maxRetries, sealedPassword, JSON.stringify(limits)];
  const [change] = await context.database.query<BatchChange & Record<string, unknown>>(recordRetry, values);
  if (change === undefined) throw new RequestError('NOT_FOUND', { message: 'There is no such batch.' });
  return await begin(context, tenantId, change);
}

/** Returns what running the failed jobs of a batch again adds to the usage. */
async function additionOf({ database }: JobsContext, tenantId: string, batchId: string): Promise<Addition> {
  const where = { tenantId, batchId, status: 'FAILED' } as const;
  const jobs = await database.prisma.job.count({ where });
  // At least one byte for each document that has to be downloaded again.
  const bytes = await database.prisma.job.count({ where: { ...where, source: { storageKey: null } } });
  return { jobs, bytes };
}

/**
 * Makes the first part of a change, so that a small batch is done when the request is answered. The rest follows in the
 * background.
 */
async function begin(context: JobsContext, tenantId: string, change: BatchChange): Promise<Batch> {
  const { changed, done } = await makePart(context, change);
  if (changed && !done) void makeRest(context, change);
  await context.aggregateBatch(change.batchId);
  return await findBatch(context, tenantId, change.batchId);
}

/** Makes the remaining parts. If this fails or the process dies, maintenance continues. */
async function makeRest(context: JobsContext, change: BatchChange): Promise<void> {
  try {
    for (let part = await makePart(context, change); part.changed && !part.done; )
      part = await makePart(context, change);
  } catch {
    // The change is recorded, so maintenance will continue it.
  }
}
