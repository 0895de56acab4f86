import type { Prisma } from '../../../connections/prisma/client.ts';
import type { EstimatedRow, JobEstimate } from '../../../estimates/estimates.ts';
import type { ApiContext } from '../../context.ts';

/** The estimate fields that Job and JobProgress share. */
export const estimatedCompletionText =
  'When the job is expected to be final, including the time it waits. Null when final, and while it waits but no worker is alive.';
export const estimatedCompletionEarliestText =
  'The earliest likely time of completion: four out of five jobs end between this and `estimatedCompletionLatest`.';
export const estimatedCompletionLatestText =
  'The latest likely time of completion: four out of five jobs end between `estimatedCompletionEarliest` and this.';
export const queuePositionText =
  'Position in the queue, approximately: 1 is next. Tenants take turns. Null unless the job waits for a worker, such as before `runAt` or `nextRetryAt`.';

/** The columns of a job that an estimate needs. */
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

/** The fields of one job share one lookup. */
const found = new WeakMap<SelectedJob, Promise<JobEstimate>>();

export function estimateOf(job: SelectedJob, { estimates }: ApiContext): Promise<JobEstimate> {
  const { source } = job;
  const answer =
    found.get(job) ?? estimates.ofJob({ ...job, toDownload: source.storageKey === null, sourceBytes: source.bytes });
  found.set(job, answer);
  return answer;
}
