import { type BatchCountsFragment, BatchProgressDocument } from './generated/graphql.ts';
import { type ProgressOptions, untilFinal } from './progress.ts';
import type { Resumable } from './resume.ts';
import type { Subscribe } from './transport.ts';

/** The counts of a batch until it is final: the current ones, then each change. */
export function batchProgress(
  subscribe: Subscribe,
  id: string,
  { after }: Pick<ProgressOptions, 'after'>,
): Resumable<BatchCountsFragment> {
  return untilFinal<BatchCountsFragment>(after, isFinalBatch, async function* connect(from, connection) {
    const variables = { id, after: from };
    for await (const { batchProgress } of subscribe(BatchProgressDocument, variables, connection)) yield batchProgress;
  });
}

/** Whether all jobs of a batch have ended. Retrying one reopens the batch. */
export function isFinalBatch({ status }: Pick<BatchCountsFragment, 'status'>): boolean {
  return status !== 'PENDING' && status !== 'RUNNING';
}
