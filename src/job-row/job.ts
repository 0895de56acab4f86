import type { Job } from '../connections/prisma/client.ts';
import { JobStatus } from '../connections/prisma/enums.ts';
import { failures, isFailureCode } from '../errors.ts';
import type { Estimate, ProgressState } from '../progress/state.ts';

export type { Job };

/** All statuses of a job. */
export const jobStatuses = Object.values(JobStatus);

/** A row as Prisma would give it, for hot statements that bypass Prisma: `SELECT ${jobColumns} FROM jobs j`. */
export const jobColumns = (
  [
    'id',
    'tenant_id',
    'revision',
    'progress_seq',
    'status',
    'stage',
    'percent',
    'pages_done',
    'pages_total',
    'bytes_done',
    'bytes_total',
    'created_at',
    'claim_order',
    'due_at',
    'started_at',
    'finished_at',
    'worker_id',
    'heartbeat_at',
    'lease_expires_at',
    'eta',
    'eta_earliest',
    'eta_latest',
    'attempt',
    'run',
    'retry_count',
    'give_backs',
    'max_retries',
    'priority',
    'name',
    'metadata',
    'options',
    'sealed_password',
    'source_id',
    'batch_id',
    'batch_index',
    'webhook_id',
    'failure_code',
    'failure_message',
    'failure_page',
    'engine',
    'document',
  ] as const
)
  .map((column) => `j.${column} AS "${column.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())}"`)
  .join(', ');

export const finalStatuses = ['COMPLETED', 'FAILED', 'CANCELLED'] as const;

export function isFinalStatus(status: Job['status']): boolean {
  return status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED';
}

/** Why the last attempt failed; null if none did, and after a completed one. */
export function failureOf(job: Pick<Job, 'failureCode' | 'failureMessage' | 'failurePage'>): ProgressState['failure'] {
  if (job.failureCode === null) return null;
  // A code that a newer version wrote is unknown to an older process during an upgrade.
  const code = isFailureCode(job.failureCode) ? job.failureCode : 'INTERNAL';
  return { code, message: job.failureMessage ?? failures[code].message, page: job.failurePage };
}

/** What its worker last expected of a running job, none of it in the past; null if it did not say yet. */
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

/** Final: nothing is to come. Waiting, or claimed a moment ago: to be found out by whoever shows it. */
function estimateOf(job: Job): Pick<ProgressState, 'estimate' | 'queuePosition'> {
  if (isFinalStatus(job.status)) return { estimate: null, queuePosition: null };
  const estimate = job.status === 'RUNNING' ? etaOf(job) : null;
  return estimate === null ? {} : { estimate, queuePosition: null };
}

/** What subscribers see of a row. */
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
