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
  /** The stage in which it occurred. */
  stage: Job['stage'];
  /** The engine of the attempt, so that a retry can use the other one; null if the document was not opened. */
  engine: EngineName | null;
  /** The wait that a server requested, in seconds. */
  retryAfterSeconds?: number | null;
}

export interface Completion {
  facts: StoredDocument;
  engine: EngineName;
  /** The key of the tools that produced the pages. Earlier stored pages count only if they have the same key. */
  storedBy: string;
  pagesTotal: number;
  /** The last group of pages, which is stored with the final transition. */
  rest: PageToStore[];
}

/**
 * RUNNING → COMPLETED, with the last pages, in one statement. Safe to repeat if the answer was lost: a row that this
 * claim has completed counts as success. Throws `PagesLostError` if pages are missing.
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

/** RUNNING → RETRYING or FAILED, according to the retry policy. */
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

/** A claim to give back. A claim that never arrived lacks stored pages and retries, which count as none. */
export type GivenBack = Fenced & Partial<Pick<Claim, 'stored' | 'retryCount'>>;

/**
 * RUNNING → PENDING without a retry, because the worker shuts down or is not at fault. Stored pages stay unless
 * `discardPages` is set. After `freeGiveBacks` times without a new page it counts as a failure, INTERRUPTED: RUNNING →
 * RETRYING or FAILED.
 */
export async function giveBackJob(
  context: JobsContext,
  claim: GivenBack,
  { discardPages = false }: { discardPages?: boolean } = {},
): Promise<Job> {
  const { stored = [], retryCount = 0 } = claim;
  const [job] = await context.database.query<Job>(giveBack, [
    ...fenceValues(claim),
    discardPages,
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
 * Takes jobs from workers that stopped renewing their leases. This costs a retry, so that a document that kills its
 * worker does not do so forever. Any number of processes may do this at once.
 */
export async function rescueJobs(context: JobsContext, limit: number): Promise<Job[]> {
  const jobs = await context.database.query<Job>(rescueExpired, [limit, failures.WORKER_LOST.message]);
  for (const job of jobs) context.jobChanged(progressOf(job));
  const again = jobs.filter((job) => job.status === 'RETRYING').length;
  if (again > 0) context.ring(again);
  return jobs;
}
