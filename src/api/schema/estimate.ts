import type { Prisma } from '../../connections/prisma/client.ts';
import type { EstimatedRow, JobEstimate } from '../../jobs/estimates.ts';
import type { ApiContext } from '../context.ts';

/** What Job and JobProgress say alike of their estimates. */
export const estimatedCompletionText =
  'When the job is expected to be final: also while it waits, the wait included. Null when final, and while it waits without a living worker.';
export const estimatedCompletionEarliestText =
  'With `estimatedCompletionLatest`: between the two the end should lie four times out of five.';
export const estimatedCompletionLatestText =
  'With `estimatedCompletionEarliest`: between the two the end should lie four times out of five.';
export const queuePositionText =
  'How many jobs start up to this one, counting it: 1 is next. Approximate; tenants take turns. Null unless it waits for its turn, as before `runAt` or `nextRetryAt`.';

/** What an estimate needs of a job's row. */
export const estimateSelection = {
  tenantId: true,
  status: true,
  claimOrder: true,
  dueAt: true,
  startedAt: true,
  eta: true,
  etaEarliest: true,
  etaLatest: true,
  options: true,
  pagesTotal: true,
  pagesDone: true,
  source: { select: { bytes: true, storageKey: true } },
} satisfies Prisma.JobSelect;

type SelectedJob = Omit<EstimatedRow, 'toDownload' | 'sourceBytes'> & {
  source: { bytes: bigint | null; storageKey: string | null };
};

/** The fields of one job ask for the same: it is found out once. */
const found = new WeakMap<SelectedJob, Promise<JobEstimate>>();

export function estimateOf(job: SelectedJob, { estimates }: ApiContext): Promise<JobEstimate> {
  const { source } = job;
  const answer =
    found.get(job) ?? estimates.ofJob({ ...job, toDownload: source.storageKey === null, sourceBytes: source.bytes });
  found.set(job, answer);
  return answer;
}
