import { type FailureCode, failures } from '../errors.ts';
import { ClaimLostError, type Fenced, fence, fenceValues } from '../job-row/fence.ts';
import { type Job, jobColumns, progressOf } from '../job-row/job.ts';
import type { EngineName } from '../pdf/model/document.ts';
import { countOf, insertPages, PagesLostError, type PageToStore, pageValues, withPages } from '../results/pages.ts';
import type { StoredDocument } from '../results/stored-json.ts';
import type { Claim } from './claim.ts';
import type { JobsContext } from './context.ts';
import { freeGiveBacks, retryDelaySeconds } from './retry-policy.ts';
import { giveBack } from './sql/give-back.ts';
import { insertAttempt } from './sql/insert-attempt.ts';

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

const complete = `
WITH held AS (
    SELECT j.id, ${withPages('$19')} AS pages FROM jobs j WHERE ${fence} FOR UPDATE
), job AS (
    UPDATE jobs j
       SET status = 'COMPLETED', stage = 'STORE', revision = j.revision + 1, progress_seq = 0, percent = 100,
           pages_total = $16, pages_done = $16, engine = $17::"Engine", document = $18, finished_at = now(), lease_expires_at = NULL,
           heartbeat_at = now(), sealed_password = NULL, failure_code = NULL, failure_message = NULL, failure_page = NULL,
           stored_pages = held.pages, stored_by = $19
      FROM held WHERE j.id = held.id AND ${countOf('held.pages')} = $16
    RETURNING j.*
), attempt AS (${insertAttempt()}), page AS (${insertPages}), strange AS (
    -- Left by another engine that was given up: a result is of one making.
    DELETE FROM pages p USING job WHERE p.job_id = job.id AND NOT p.number <@ job.stored_pages
)
SELECT ${jobColumns} FROM job j`;

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
  const [row] = await context.database.query<Job>(complete, [
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

/**
 * Ends the attempts of some rows by a failure: RETRYING while retries are left and it is worth one, else FAILED.
 * `rows` selects and locks jobs j; the others are SQL expressions, `delay` being seconds or NULL for never again.
 */
const failRows = (
  rows: string,
  failure: { code: string; message: string; page: string; delay: string; engine: string; stage: string },
) => `
WITH old AS (
    SELECT j.id, ${failure.delay} IS NOT NULL AND j.retry_count < j.max_retries AS again FROM jobs j WHERE ${rows}
), job AS (
    UPDATE jobs j
       SET status = CASE WHEN old.again THEN 'RETRYING' ELSE 'FAILED' END::"JobStatus",
           stage = CASE WHEN old.again THEN 'QUEUED' ELSE ${failure.stage} END,
           retry_count = j.retry_count + old.again::int,
           due_at = CASE WHEN old.again THEN now() + ${failure.delay} * interval '1 second' END,
           finished_at = CASE WHEN old.again THEN NULL ELSE now() END,
           sealed_password = CASE WHEN old.again THEN j.sealed_password END,
           revision = j.revision + 1, progress_seq = 0, lease_expires_at = NULL,
           failure_code = ${failure.code}, failure_message = ${failure.message}, failure_page = ${failure.page},
           engine = coalesce(${failure.engine}, j.engine)
      FROM old WHERE j.id = old.id
    RETURNING j.*
), attempt AS (${insertAttempt(failure)})
SELECT ${jobColumns} FROM job j`;

const failClaimed = failRows(`${fence} FOR UPDATE`, {
  code: '$4',
  message: '$5',
  page: '$6::int',
  delay: '$7::float8',
  engine: '$8::"Engine"',
  stage: '$9::"JobStage"',
});

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

const rescue = failRows(
  `j.status = 'RUNNING' AND j.lease_expires_at < now() ORDER BY j.lease_expires_at LIMIT $1 FOR UPDATE SKIP LOCKED`,
  {
    code: `'WORKER_LOST'`,
    message: '$2',
    page: 'NULL::int',
    delay: '0::float8',
    engine: 'NULL::"Engine"',
    stage: 'j.stage',
  },
);

/**
 * Takes jobs from workers that stopped renewing their leases. It costs a retry: a document that kills its worker must not
 * do so forever. Any number of processes may do this at once.
 */
export async function rescueJobs(context: JobsContext, limit: number): Promise<Job[]> {
  const jobs = await context.database.query<Job>(rescue, [limit, failures.WORKER_LOST.message]);
  for (const job of jobs) context.jobChanged(progressOf(job));
  const again = jobs.filter((job) => job.status === 'RETRYING').length;
  if (again > 0) context.ring(again);
  return jobs;
}
