import type { Database } from '../connections/database.ts';
import type { BulkOperation } from '../connections/prisma/client.ts';
import type { BulkOperationKind } from '../connections/prisma/enums.ts';
import { RequestError } from '../errors.ts';
import { newUuid, nilUuid } from '../ids.ts';
import { countMatching, type JobsCondition } from './condition.ts';
import { cancelOperationRow } from './sql/operations.ts';

/** A requested change of all jobs that meet a condition. */
export interface OperationRequest {
  kind: BulkOperationKind;
  condition: Omit<JobsCondition, 'requestedAt'>;
  /** The new priority, for PRIORITIZE; null for others. */
  priority: number | null;
  /** The count of a dry run, which confirms the operation; null for a dry run. */
  expectedCount: number | null;
}

/**
 * Counts the jobs that meet the condition. With a confirmed count, also starts the operation, which maintenance makes
 * in the background. Jobs that were accepted, retried or ended since do not match, and if more match now than were
 * confirmed, it does not start.
 */
export async function requestOperation(
  database: Database,
  { kind, condition: given, priority, expectedCount }: OperationRequest,
  signal: AbortSignal,
): Promise<{ count: number; operation: BulkOperation | null }> {
  const [clock] = await database.query<{ now: Date }>('SELECT now()', []);
  if (clock === undefined) throw new Error('a statement that must return one row returned none');
  const condition = { ...given, requestedAt: clock.now.toISOString() };
  const count = await countMatching(database, condition, signal);
  if (expectedCount === null) return { count, operation: null };
  if (count > expectedCount) {
    const message = `${count} jobs match now, more than the expected ${expectedCount}. Nothing was changed.`;
    throw new RequestError('COUNT_CHANGED', { message });
  }
  const operation = await database.prisma.bulkOperation.create({
    data: { id: newUuid(), kind, filter: { ...condition }, priority, matched: count, cursor: nilUuid },
  });
  return { count, operation };
}

/** Returns the operation with this UUID; null if it does not exist. */
export function findOperation({ prisma }: Database, id: string): Promise<BulkOperation | null> {
  return prisma.bulkOperation.findUnique({ where: { id } });
}

/** Cancels an operation; jobs that it has changed stay changed. Returns null if the operation does not exist. */
export async function cancelOperation(database: Database, id: string): Promise<BulkOperation | null> {
  await database.query(cancelOperationRow, [id]);
  return await findOperation(database, id);
}
