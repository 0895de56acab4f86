import { type BatchCountsFragment, BatchProgressDocument } from './generated/graphql.ts';
import { type ProgressOptions, untilFinal } from './progress.ts';
import type { Resumable } from './resume.ts';
import type { Subscribe } from './transport.ts';

/** The counts of a batch until it is final: those of now, then as they change, each newer than the one before. */
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

/** All of its jobs have ended. A retry of one of them opens it again. */
export function isFinalBatch({ status }: Pick<BatchCountsFragment, 'status'>): boolean {
  return status !== 'PENDING' && status !== 'RUNNING';
}
