import fc from 'fast-check';
import { expect } from 'vitest';
import { defaultTenantId } from '../../src/api/context.ts';
import { recordDownload } from '../../src/documents/record-download.ts';
import { RequestError } from '../../src/errors.ts';
import { beat } from '../../src/fleet/workers.ts';
import { newUuid } from '../../src/ids.ts';
import { ClaimLostError } from '../../src/job-row/fence.ts';
import { isFinalStatus, progressOf } from '../../src/job-row/job.ts';
import { defaultOptions } from '../../src/job-row/options.ts';
import { cancelJob } from '../../src/jobs/cancel.ts';
import { type Claim, claimJobs } from '../../src/jobs/claim.ts';
import type { JobsContext } from '../../src/jobs/context.ts';
import { completeJob, failJob, giveBackJob, rescueJobs } from '../../src/jobs/lifecycle.ts';
import { deleteJob } from '../../src/jobs/remove.ts';
import { retryJob } from '../../src/jobs/retry.ts';
import { freeGiveBacks } from '../../src/jobs/retry-policy.ts';
import { submitJob } from '../../src/jobs/submit.ts';
import { PagesLostError, storePages } from '../../src/results/pages.ts';
import { noQuotas } from '../../src/tenants/limits.ts';
import { facts, page } from '../jobs/extractors.ts';

/** Steps. Their numbers select among the existing jobs or claims, so that any sequence is valid. */
export type Step =
  | { do: 'submit'; maxRetries: number }
  | { do: 'claim'; worker: number; slots: number }
  | { do: 'beat'; worker: number; percent: number }
  | { do: 'store'; claim: number; page: number; percent: number }
  | { do: 'download'; claim: number }
  | { do: 'complete'; claim: number }
  | { do: 'fail'; claim: number; code: (typeof codes)[number] }
  | { do: 'give back'; claim: number }
  | { do: 'cancel'; job: number }
  | { do: 'lose worker'; job: number }
  | { do: 'interrupt often'; job: number }
  | { do: 'rescue'; limit: number }
  | { do: 'pass time' }
  | { do: 'retry'; job: number }
  | { do: 'delete'; job: number };

/** A failure code of each category. */
const codes = ['NOT_A_PDF', 'DOWNLOAD_FAILED', 'TIME_LIMIT', 'SIZE_LIMIT', 'INTERNAL'] as const;
const workers = [newUuid(), newUuid(), newUuid()];

const any = fc.nat({ max: 1_000 });
const percent = fc.nat({ max: 99 });
const claimStep = fc.record({
  do: fc.constant('claim' as const),
  worker: fc.nat({ max: 2 }),
  slots: fc.integer({ min: 1, max: 3 }),
});

/** Any action of a client, of a worker (even one that lost its claim long ago) or of maintenance. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('submit' as const), maxRetries: fc.nat({ max: 3 }) }) },
  { weight: 7, arbitrary: claimStep },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('beat' as const), worker: fc.nat({ max: 2 }), percent }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('store' as const),
      claim: any,
      page: fc.integer({ min: 1, max: 3 }),
      percent,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('download' as const), claim: any }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('complete' as const), claim: any }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('fail' as const), claim: any, code: fc.constantFrom(...codes) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('give back' as const), claim: any }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel' as const), job: any }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('lose worker' as const), job: any }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('interrupt often' as const), job: any }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('rescue' as const), limit: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pass time' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('retry' as const), job: any }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), job: any }) },
);

const letLeaseExpire = `UPDATE jobs SET lease_expires_at = now() - interval '1 second' WHERE id = $1 AND status = 'RUNNING'`;
const spendGiveBacks = `UPDATE jobs SET give_backs = ${freeGiveBacks} WHERE id = $1 AND status = 'RUNNING'`;

/** The outcome of a step, with the claim and the job it acted on. */
export interface Done {
  outcome: Outcome;
  claim: Claim | undefined;
  jobId: string | undefined;
}

/** The expected outcomes; any other error is a bug. */
export type Outcome = 'done' | 'nothing to do it on' | 'claim lost' | 'pages lost' | 'refused';

/** The system under test, driven by steps, with all claims ever made. */
export class Jobs {
  readonly context: JobsContext;
  readonly claims: Claim[] = [];
  readonly ids: string[] = [];
  readonly #stored = new Map<Claim, Set<number>>();
  /** The published states. */
  readonly published: { jobId: string; revision: number; seq: number }[] = [];

  constructor(database: JobsContext['database']) {
    this.context = {
      database,
      jobChanged: (state) => this.published.push(state),
      batchChanged: () => {},
      ring: () => {},
      aggregateBatch: async () => {},
    };
  }

  #claim(index: number): Claim | undefined {
    return this.claims[index % Math.max(1, this.claims.length)];
  }

  #id(index: number): string | undefined {
    return this.ids[index % Math.max(1, this.ids.length)];
  }

  async run(step: Step): Promise<Done> {
    const claim = 'claim' in step ? this.#claim(step.claim) : undefined;
    const jobId = 'job' in step ? this.#id(step.job) : claim?.id;
    const done = (outcome: Outcome) => ({ outcome, claim, jobId });
    try {
      return done((await this.#run(step, claim, jobId)) ? 'done' : 'nothing to do it on');
    } catch (error) {
      if (error instanceof ClaimLostError) return done('claim lost');
      if (error instanceof PagesLostError) return done('pages lost');
      if (error instanceof RequestError) return done('refused');
      throw error;
    }
  }

  async #run(step: Step, claim: Claim | undefined, jobId: string | undefined): Promise<boolean> {
    const { context } = this;
    switch (step.do) {
      case 'submit':
        this.ids.push(await submit(context, step.maxRetries));
        return true;
      case 'claim':
        this.claims.push(...(await claimJobs(context, workerOf(step.worker), step.slots)));
        return true;
      case 'rescue':
        await rescueJobs(context, step.limit);
        return true;
      case 'pass time':
        await context.database.query(
          `UPDATE jobs SET due_at = now() - interval '1 second' WHERE due_at IS NOT NULL`,
          [],
        );
        return true;
      case 'beat': {
        const id = workerOf(step.worker);
        const held = this.claims.filter(({ workerId }) => workerId === id);
        const states = held.map((claim) => ({ ...progressOf(claim), seq: 1, percent: step.percent }));
        const info = { id, host: 'here', pid: 1, version: '0', concurrency: 3 };
        await beat(
          context,
          info,
          { completed: 0, failed: 0, sandbox: null, memoryBytes: null, pagesPerMinute: 0 },
          states,
        );
        return true;
      }
      case 'cancel':
      case 'lose worker':
      case 'interrupt often':
      case 'retry':
      case 'delete':
        return await this.#onJob(step.do, jobId);
      default:
        return await this.#asHolder(step, claim);
    }
  }

  async #onJob(
    what: 'cancel' | 'lose worker' | 'interrupt often' | 'retry' | 'delete',
    id: string | undefined,
  ): Promise<boolean> {
    const { context } = this;
    if (id === undefined) return false;
    if (what === 'cancel') await cancelJob(context, defaultTenantId, id);
    else if (what === 'retry') await retryJob(context, defaultTenantId, id, null);
    else if (what === 'delete') await deleteJob(context, defaultTenantId, id);
    else await context.database.query(what === 'lose worker' ? letLeaseExpire : spendGiveBacks, [id]);
    return true;
  }

  /** The pages a worker knows to be stored: those at its claim, and those it has stored since. */
  #pagesDone(claim: Claim): Set<number> {
    const known = this.#stored.get(claim) ?? new Set(claim.stored.flatMap(({ first, last }) => numbers(first, last)));
    this.#stored.set(claim, known);
    return known;
  }

  async #asHolder(step: Extract<Step, { claim: number }>, claim: Claim | undefined): Promise<boolean> {
    const { context } = this;
    if (claim === undefined) return false;
    const by = { engine: 'PDFJS' as const, storedBy: 'test' };
    if (step.do === 'store') {
      const done = this.#pagesDone(claim).add(step.page);
      const progress = { seq: 1, percent: step.percent, pagesDone: done.size, pagesTotal: 3 };
      await storePages(context, claim, [page(step.page, `Page ${step.page} by ${claim.revision}`)], by, progress);
    } else if (step.do === 'download') {
      const download = { storageKey: 'a', bytes: 1, sha256: 'a', filename: null, contentType: null };
      await recordDownload(context, claim, download);
    } else if (step.do === 'complete') {
      const rest = numbers(1, 3).map((number) => page(number));
      await completeJob(context, claim, { facts, ...by, pagesTotal: 3, rest });
    } else if (step.do === 'fail') {
      await failJob(context, claim, {
        code: step.code,
        message: 'It failed.',
        page: null,
        engine: null,
        stage: 'EXTRACT',
      });
    } else {
      await giveBackJob(context, claim);
    }
    return true;
  }
}

function numbers(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function workerOf(index: number): string {
  return workers[index % workers.length] ?? '';
}

async function submit(context: JobsContext, maxRetries: number): Promise<string> {
  const none = { url: null, sealedCredentials: null, filename: null, contentType: null, bytes: 1, sha256: 'a' };
  const { job } = await submitJob(context, {
    tenantId: defaultTenantId,
    source: { id: newUuid(), kind: 'BASE64', storageKey: 'a', ...none },
    options: defaultOptions,
    sealedPassword: 'sealed',
    name: null,
    metadata: null,
    priority: 5,
    maxRetries,
    webhook: null,
    quotas: noQuotas,
    runAt: null,
    idempotencyKey: null,
    fingerprint: null,
  });
  return job.id;
}

export type Rows = Awaited<ReturnType<typeof readRows>>;
export type Row = Rows extends Map<string, infer Value> ? Value : never;

/** Reads every job with its attempts, pages and source. */
export async function readRows({ database }: JobsContext) {
  const orderBy = { number: 'asc' as const };
  const jobs = await database.prisma.job.findMany({
    include: { attempts: { orderBy }, pages: { orderBy, select: { number: true, text: true } }, source: true },
  });
  return new Map(jobs.map((job) => [job.id, job]));
}

/** Checks the invariants of every job, and of every change from one moment to the next. */
export function expectSense(before: Rows, after: Rows): void {
  for (const row of after.values()) {
    expect(row.retryCount).toBeLessThanOrEqual(row.maxRetries);
    expect(row.percent === 100).toBe(row.status === 'COMPLETED');
    expect(row.leaseExpiresAt !== null).toBe(row.status === 'RUNNING');
    const ended = row.status === 'RUNNING' ? row.attempt - 1 : row.attempt;
    expect(row.attempts.map(({ number }) => number)).toEqual(Array.from({ length: ended }, (_, index) => index + 1));
    const failures = row.attempts.filter(({ run, failureCode }) => run === row.run && failureCode !== null);
    expect(failures).toHaveLength(row.retryCount + (row.status === 'FAILED' ? 1 : 0));
    if (row.status === 'COMPLETED') {
      expect(row.attempts.at(-1)?.failureCode).toBeNull();
      expect(row.pages.map(({ number }) => number)).toEqual([1, 2, 3]);
    }
    const was = before.get(row.id);
    if (was === undefined) continue;
    expect(row.revision).toBeGreaterThanOrEqual(was.revision);
    expect(row.attempts.slice(0, was.attempts.length)).toEqual(was.attempts);
    if (row.revision === was.revision) {
      expect(row.status).toBe(was.status);
      expect(row.percent).toBeGreaterThanOrEqual(was.percent);
    } else if (isFinalStatus(was.status)) {
      expect(was.status).not.toBe('COMPLETED');
      expect(row.run).toBeGreaterThan(was.run);
    }
  }
}

export function isHeld(rows: Rows, claim: Claim): boolean {
  const row = rows.get(claim.id);
  return row?.status === 'RUNNING' && row.revision === claim.revision && row.workerId === claim.workerId;
}
