import { setTimeout as wait } from 'node:timers/promises';
import { archiveJob } from '../archive/archive-job.ts';
import type { BulkOperation } from '../connections/prisma/client.ts';
import type { BulkOperationKind } from '../connections/prisma/enums.ts';
import { RequestError } from '../errors.ts';
import { encodeId } from '../ids.ts';
import { cancelJobs, prioritizeJobs, retryJobs } from '../jobs/change-many.ts';
import type { JobsContext } from '../jobs/context.ts';
import { deleteJob } from '../jobs/remove.ts';
import type { Logger } from '../ops/logger.ts';
import { removeJobFiles } from '../results/job-files.ts';
import type { Storage } from '../storage/storage.ts';
import { type JobsCondition, readCondition, readWindow } from './condition.ts';
import { recordFailedPart, recordPart } from './sql/operations.ts';

/**
 * Maximum jobs of a part, few enough to hold their locks only briefly. A deletion is a transaction for each job, as is
 * the archiving of a job.
 */
const partSizes: Record<BulkOperationKind, number> = {
  CANCEL: 200,
  RETRY: 200,
  PRIORITIZE: 200,
  DELETE: 25,
  ARCHIVE: 25,
};
/** Maximum jobs that a part examines to find these. */
const examinedAtOnce = 1_000;
/** How often jobs that others hold locked are tried, and the pause before each further try, in milliseconds. */
const tries = 4;
const pauseMs = 50;
/** Failed changes after which a part gives up: then the reason is hardly a job. */
const mostErrors = 3;

interface Context {
  jobs: JobsContext;
  storage: Storage;
  logger: Logger;
}

/**
 * Makes the next part of an operation. Returns the operation after it; null once it has ended.
 *
 * If the process dies between the change and its record, another one examines the same jobs again. They no longer
 * match, so nothing happens twice; only `changed` misses them.
 */
export async function makePart(context: Context, operation: BulkOperation): Promise<BulkOperation | null> {
  const { database } = context.jobs;
  const condition = readCondition(operation.filter);
  const { ids, examined, end } = await readWindow(database, condition, operation.cursor, {
    size: examinedAtOnce,
    most: partSizes[operation.kind],
  });
  const changed = await changeAll(context, operation, condition, ids);
  const skipped = ids.length - changed;
  const values = [operation.id, operation.cursor, end, examined, changed, skipped];
  const [recorded] = await database.query<{ isRunning: boolean }>(recordPart, values);
  return recorded === undefined || !recorded.isRunning || end === null ? null : { ...operation, cursor: end };
}

/** Records that the next part of an operation failed, so that operators see it. */
export async function recordFailure({ jobs }: Context, { id, cursor }: BulkOperation): Promise<void> {
  await jobs.database.query(recordFailedPart, [id, cursor]);
}

/**
 * Returns how many of the jobs were changed. Others may hold some of them locked for a moment. A job whose change fails
 * stops only itself; if no job can be changed, the reason is no job, and the error is thrown.
 */
async function changeAll(
  context: Context,
  operation: BulkOperation,
  condition: JobsCondition,
  ids: string[],
): Promise<number> {
  let left = ids;
  const errors: unknown[] = [];
  for (let attempt = 1; left.length > 0 && attempt <= tries; attempt += 1) {
    if (attempt > 1) await wait(pauseMs);
    const changed = new Set(await changeOnce(context, operation, condition, left, errors));
    left = left.filter((id) => !changed.has(id));
    if (errors.length > 0) break;
  }
  const [error] = errors;
  if (error !== undefined) {
    if (left.length === ids.length) throw error;
    context.logger.error(
      { err: error, operation: encodeId('operation', operation.id), jobs: errors.length },
      'a bulk operation skipped jobs that it could not change',
    );
  }
  return ids.length - left.length;
}

async function changeOnce(
  context: Context,
  { kind, priority }: BulkOperation,
  condition: JobsCondition,
  ids: string[],
  errors: unknown[],
): Promise<string[]> {
  const { jobs } = context;
  const { statuses } = condition;
  switch (kind) {
    case 'CANCEL':
      return await cancelJobs(jobs, ids, statuses);
    case 'RETRY':
      return await retryJobs(jobs, ids, statuses);
    case 'PRIORITIZE':
      if (priority === null) throw new TypeError('an operation PRIORITIZE has no priority');
      return await prioritizeJobs(jobs, ids, statuses, priority);
    case 'DELETE':
      return await changeEach(context, ids, errors, async (tenantId, id) => {
        const removed = await deleteJob(jobs, tenantId, id, { statuses, endedBy: condition.requestedAt });
        await removeJobFiles(context, id, [removed.storageKey]);
      });
    case 'ARCHIVE':
      return await changeEach(context, ids, errors, (tenantId, id) =>
        archiveJob({ ...context, database: jobs.database }, tenantId, id, { statuses, endedBy: condition.requestedAt }),
      );
  }
}

/**
 * Changes one job after the other. Returns those that nobody else had deleted or retried meanwhile, and whose change did
 * not fail; adds the failures to `errors`.
 */
async function changeEach(
  context: Context,
  ids: string[],
  errors: unknown[],
  change: (tenantId: string, id: string) => Promise<void>,
): Promise<string[]> {
  const select = { id: true, tenantId: true } as const;
  const found = await context.jobs.database.prisma.job.findMany({ where: { id: { in: ids } }, select });
  const changed: string[] = [];
  for (const { id, tenantId } of found) {
    try {
      await change(tenantId, id);
      changed.push(id);
    } catch (error) {
      if (!(error instanceof RequestError)) errors.push(error);
      if (errors.length >= mostErrors) break;
    }
  }
  return changed;
}
