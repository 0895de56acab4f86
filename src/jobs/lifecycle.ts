import { type FailureCode, failures } from '../errors.ts';
import { ClaimLostError, type Fenced, fenceValues } from '../job-row/fence.ts';
import { type Job, progressOf } from '../job-row/job.ts';
import type { EngineName } from '../pdf/model/document.ts';
import { PagesLostError, type PageToStore, pageValues } from '../results/pages.ts';
import type { StoredDocument } from '../results/stored-json.ts';
import type { Claim } from './claim.ts';
import type { JobsContext } from './context.ts';
import { freeGiveBacks, retryDelaySeconds } from './retry-policy.ts';
import { completeClaimed } from './sql/complete-job.ts';
import { failClaimed, rescueExpired } from './sql/fail-jobs.ts';
import { giveBack } from './sql/give-back.ts';

export interface Failure {
  code: FailureCode;
  message: string;
  page: number | null;
  /** What it was busy with. */
  stage: Job['stage'];
  /** What the attempt used, so that a retry can use the other one; null if the document was not opened. */
  engine: EngineName | null;
  /** How long a server asked to wait before the next try. */
  retryAfterSeconds?: number | null;
}

export interface Completion {
  facts: StoredDocument;
  engine: EngineName;
  /** What made the pages; those stored before count only if it made them too. */
  storedBy: string;
  pagesTotal: number;
  /** Pages not stored yet: the last group travels with the final transition. */
  rest: PageToStore[];
}

/**
 * RUNNING → COMPLETED, with the last pages, in one statement. Safe to repeat when its answer was lost: if the row was
 * completed by this very claim, that is success. Throws `PagesLostError` if not all pages are there.
 */
export async function completeJob(context: JobsContext, claim: Claim, completion: Completion): Promise<Job> {
  const [row] = await context.database.query<Job>(completeClaimed, [
    ...fenceValues(claim),
    ...pageValues(completion.rest),
    completion.pagesTotal,
    completion.engine,
    JSON.stringify(completion.facts),
    completion.storedBy,
  ]);
  const job = row ?? (await context.database.prisma.job.findUnique({ where: { id: claim.id } }));
  if (job === null || job.workerId !== claim.workerId) throw new ClaimLostError();
  if (job.status === 'RUNNING' && job.revision === claim.revision) throw new PagesLostError();
  if (job.status !== 'COMPLETED' || job.revision !== claim.revision + 1) throw new ClaimLostError();
  context.jobChanged(progressOf(job));
  return job;
}

/** RUNNING → RETRYING or FAILED, as the retry policy says. */
export async function failJob(context: JobsContext, claim: Claim, failure: Failure): Promise<Job> {
  const { retryCount, resourceFailures } = claim;
  const { retryAfterSeconds = null } = failure;
  const delay = retryDelaySeconds(failure.code, { retryCount, resourceFailures, retryAfterSeconds });
  const [job] = await context.database.query<Job>(failClaimed, [
    ...fenceValues(claim),
    failure.code,
    failure.message,
    failure.page,
    delay,
    failure.engine,
    failure.stage,
  ]);
  if (job === undefined) throw new ClaimLostError();
  context.jobChanged(progressOf(job));
  return job;
}

/** A claim that is given back; what a claim that never arrived lacks counts as none. */
export type GivenBack = Fenced & Partial<Pick<Claim, 'stored' | 'retryCount'>>;

/**
 * RUNNING → PENDING without costing a retry: the worker shuts down, or was not to blame. Stored pages stay, unless
 * `forgetPages`. After `freeGiveBacks` times without a new page it counts as a failure, INTERRUPTED: RUNNING → RETRYING or FAILED.
 */
export async function giveBackJob(
  context: JobsContext,
  claim: GivenBack,
  { forgetPages = false }: { forgetPages?: boolean } = {},
): Promise<Job> {
  const { stored = [], retryCount = 0 } = claim;
  const [job] = await context.database.query<Job>(giveBack, [
    ...fenceValues(claim),
    forgetPages,
    stored.reduce((sum, { first, last }) => sum + last - first + 1, 0),
    freeGiveBacks,
    failures.INTERRUPTED.message,
    retryDelaySeconds('INTERRUPTED', { retryCount, resourceFailures: 0 }),
  ]);
  if (job === undefined) throw new ClaimLostError();
  context.jobChanged(progressOf(job));
  if (job.status === 'PENDING') context.ring();
  return job;
}

/**
 * Takes jobs from workers that stopped renewing their leases. It costs a retry: a document that kills its worker must not
 * do so forever. Any number of processes may do this at once.
 */
export async function rescueJobs(context: JobsContext, limit: number): Promise<Job[]> {
  const jobs = await context.database.query<Job>(rescueExpired, [limit, failures.WORKER_LOST.message]);
  for (const job of jobs) context.jobChanged(progressOf(job));
  const again = jobs.filter((job) => job.status === 'RETRYING').length;
  if (again > 0) context.ring(again);
  return jobs;
}
