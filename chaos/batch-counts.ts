import { z } from 'zod';

const status = z.enum(['PENDING', 'RUNNING', 'COMPLETED', 'PARTIALLY_FAILED', 'FAILED', 'CANCELLED']);

/** A batch at one revision, with the fields that queries, events and webhooks share. */
export const batchState = z.object({
  revision: z.number(),
  status,
  total: z.number(),
  pending: z.number(),
  running: z.number(),
  completed: z.number(),
  failed: z.number(),
  cancelled: z.number(),
  progressPercentage: z.number(),
});

export type BatchState = z.infer<typeof batchState>;

/** The fields that a query selects to get one. */
export const batchFields = 'revision status total pending running completed failed cancelled progressPercentage';

export function isFinalBatch({ status }: Pick<BatchState, 'status'>): boolean {
  return status !== 'PENDING' && status !== 'RUNNING';
}

/** Returns what is wrong with a state on its own; null if nothing is. */
export function wrongIn(state: BatchState, items: number): string | null {
  const { pending, running, completed, failed, cancelled, total, progressPercentage: percent } = state;
  const counts = [pending, running, completed, failed, cancelled];
  if (total !== items) return `total is ${total}, ${items} were sent`;
  if (counts.some((count) => count < 0)) return 'a count is negative';
  if (counts.reduce((sum, count) => sum + count, 0) !== total) return 'the counts do not add up to the total';
  if (!allowed(state).includes(state.status)) return 'the status does not match its counts';
  if (percent < 0 || percent > 100 || (percent === 100) !== isFinalBatch(state)) return 'the percentage is wrong';
  return null;
}

/**
 * The statuses that docs/batches.md allows for these counts. They do not show whether cancelBatch cancelled the jobs.
 */
function allowed({ pending, running, completed, failed, cancelled, total }: BatchState): BatchState['status'][] {
  if (pending === total) return ['PENDING'];
  if (pending + running > 0) return ['RUNNING'];
  if (cancelled === total) return ['CANCELLED'];
  const ended = failed === 0 ? 'COMPLETED' : completed === 0 ? 'FAILED' : 'PARTIALLY_FAILED';
  return cancelled > 0 ? ['CANCELLED', ended] : [ended];
}

/** Equal texts for equal states, for comparison and for people. */
export function describeState({ revision, status, progressPercentage, ...counts }: BatchState): string {
  const { pending, running, completed, failed, cancelled, total } = counts;
  return `${revision} ${status} ${progressPercentage} % (${pending} + ${running} + ${completed} + ${failed} + ${cancelled} of ${total})`;
}
