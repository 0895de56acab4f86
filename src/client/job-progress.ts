import { JobProgressDocument, type ProgressFragment } from './generated/graphql.ts';
import { type ProgressOptions, untilFinal } from './progress.ts';
import type { Resumable } from './resume.ts';
import type { Subscribe } from './transport.ts';

/** The progress of a job until it is final: its current state, then each change. */
export function jobProgress(
  subscribe: Subscribe,
  id: string,
  { after }: Pick<ProgressOptions, 'after'>,
): Resumable<ProgressFragment> {
  return untilFinal<ProgressFragment>(after, isFinal, async function* connect(from, connection) {
    const variables = { id, after: from };
    for await (const { jobProgress } of subscribe(JobProgressDocument, variables, connection)) yield jobProgress;
  });
}

/** Whether a job has ended: COMPLETED, FAILED or CANCELLED. Nothing follows. */
export function isFinal({ status }: Pick<ProgressFragment, 'status'>): boolean {
  return status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED';
}
