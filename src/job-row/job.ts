import { columnsOf } from '../connections/columns.ts';
import { type Job, Prisma } from '../connections/prisma/client.ts';
import { JobStatus } from '../connections/prisma/enums.ts';
import { failures, isFailureCode } from '../errors.ts';
import type { Estimate, ProgressState } from '../progress/state.ts';

export type { Job };

/** All statuses of a job. */
export const jobStatuses = Object.values(JobStatus);

/** Select list of a row `j` of jobs: `SELECT ${jobColumns} FROM jobs j`. */
export const jobColumns = columnsOf('j', Prisma.JobScalarFieldEnum);

export const finalStatuses = ['COMPLETED', 'FAILED', 'CANCELLED'] as const;

export function isFinalStatus(status: Job['status']): boolean {
  return status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED';
}

/** Returns why the last attempt failed; null if none failed or the last one completed. */
export function failureOf(job: Pick<Job, 'failureCode' | 'failureMessage' | 'failurePage'>): ProgressState['failure'] {
  if (job.failureCode === null) return null;
  // During an upgrade, an older process does not know the codes of a newer one.
  const code = isFailureCode(job.failureCode) ? job.failureCode : 'INTERNAL';
  return { code, message: job.failureMessage ?? failures[code].message, page: job.failurePage };
}

/** Returns the last estimate of a running job's worker, with no time in the past; null before the first estimate. */
export function etaOf({
  eta,
  etaEarliest,
  etaLatest,
}: Pick<Job, 'eta' | 'etaEarliest' | 'etaLatest'>): Estimate | null {
  if (eta === null || etaEarliest === null || etaLatest === null) return null;
  const now = Date.now();
  const at = (time: Date) => new Date(Math.max(now, time.getTime())).toISOString();
  return { at: at(eta), earliest: at(etaEarliest), latest: at(etaLatest) };
}

/** Returns the estimate if the row has it. For a job that waits or was just claimed, readers look it up. */
function estimateOf(job: Job): Pick<ProgressState, 'estimate' | 'queuePosition'> {
  if (isFinalStatus(job.status)) return { estimate: null, queuePosition: null };
  const estimate = job.status === 'RUNNING' ? etaOf(job) : null;
  return estimate === null ? {} : { estimate, queuePosition: null };
}

/** Returns the state of a row that subscribers see. */
export function progressOf(job: Job): ProgressState {
  return {
    jobId: job.id,
    tenantId: job.tenantId,
    batchId: job.batchId,
    owesWebhook: job.webhookId !== null,
    revision: job.revision,
    seq: job.progressSeq,
    name: job.name,
    status: job.status,
    stage: job.stage,
    percent: job.percent,
    pagesDone: job.pagesDone,
    pagesTotal: job.pagesTotal,
    bytesDone: job.bytesDone === null ? null : Number(job.bytesDone),
    bytesTotal: job.bytesTotal === null ? null : Number(job.bytesTotal),
    retryCount: job.retryCount,
    nextRetryAt: job.status === 'RETRYING' ? (job.dueAt?.toISOString() ?? null) : null,
    failure: failureOf(job),
    ...estimateOf(job),
    at: (job.finishedAt ?? new Date()).toISOString(),
  };
}
