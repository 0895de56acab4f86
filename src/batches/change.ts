import { RequestError } from '../errors.ts';
import { noChanges, type OptionChanges } from '../job-row/options.ts';
import type { JobsContext } from '../jobs/context.ts';
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
 * Runs the failed jobs of a batch again, each with all its retries, and with the changed options. Recorded and begun as
 * in `cancelBatch`. Does nothing if no job has failed.
 */
export async function retryBatch(
  context: JobsContext,
  tenantId: string,
  id: string,
  sealedPassword: string | null = null,
  { options, maxRetries }: OptionChanges = noChanges,
): Promise<Batch> {
  await findBatch(context, tenantId, id);
  const values = [id, JSON.stringify(options), maxRetries, sealedPassword];
  const [change] = await context.database.query<BatchChange & Record<string, unknown>>(recordRetry, values);
  if (change === undefined) throw new Error('a statement that always has one row had none');
  return await begin(context, tenantId, change);
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
    // The change is recorded, so nothing is lost.
  }
}
