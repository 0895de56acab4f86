import { hostname } from 'node:os';
import { startLearning } from '../estimates/learner.ts';
import { beat, leave } from '../fleet/workers.ts';
import { encodeId } from '../ids.ts';
import { ClaimLostError } from '../job-row/fence.ts';
import { type Claim, claimJobs } from '../jobs/claim.ts';
import { giveBackJob } from '../jobs/lifecycle.ts';
import type { SandboxLevel } from '../pdf/model/sandbox.ts';
import { type Answerer, answerPermits } from '../queue/answer.ts';
import type { QueueOptions } from '../queue/bee.ts';
import { Claimer } from './claimer.ts';
import type { RunContext } from './context.ts';
import { JobProgress } from './job-progress.ts';
import { PageRate } from './page-rate.ts';
import { DrainError, runJob } from './run-job.ts';
import { clearScratch } from './scratch.ts';

export interface WorkerOptions {
  /** A new UUID. */
  id: string;
  concurrency: number;
  version: string;
  queue: QueueOptions;
  /** Returns the level of the sandbox in force; null until the first extractor is ready. */
  sandbox: () => SandboxLevel | null;
  /** Returns the resident memory of the extractors, in bytes; null if it is unknown. */
  extractorMemory: () => Promise<number | null>;
}

export interface Worker extends AsyncDisposable {
  readonly id: string;
  /** Number of jobs running here. */
  readonly running: number;
}

/** Interval of renewing leases and the heartbeat. */
const renewEveryMs = 1_000;
/**
 * Maximum time that a slot serves one permit, in milliseconds. Then it rings a new one, so that other permits get their
 * turn.
 */
const serveMs = 30_000;
/** How long jobs may take to finish at shutdown before they are given back. */
const drainDeadlineMs = 30_000;

interface Held {
  claim: Claim;
  progress: JobProgress;
  controller: AbortController;
}

/**
 * A worker: for each permit, a slot claims and runs jobs. Renews all their leases in one statement per second, and
 * stops jobs whose claim is lost. It only supervises: PDFs are parsed in extractor processes, so nothing in a document
 * can delay a renewal.
 */
export async function startWorker(context: RunContext, options: WorkerOptions): Promise<Worker> {
  const { logger } = context;
  const info = {
    id: options.id,
    host: hostname(),
    pid: process.pid,
    version: options.version,
    concurrency: options.concurrency,
  };
  const held = new Map<string, Held>();
  const ended = new Map<string, Promise<void>>();
  /** When the database last responded, by its clock, and that time when the current claim was sent. */
  let heardAt: Date | null = null;
  let claimingSince: { heardAt: Date | null } | null = null;
  const claimer = new Claimer(async (slots) => {
    claimingSince = { heardAt };
    try {
      const claims = await claimJobs(context.jobs, info.id, slots);
      context.metrics.rowsClaimed('jobs', claims.length);
      return claims;
    } finally {
      claimingSince = null;
    }
  });
  const counts = { completed: 0, failed: 0 };
  const pageRate = new PageRate();
  let pagesOfEnded = 0;
  /** At the last heartbeat. */
  let extractorBytes: number | null = null;
  let closing = false;
  /** Whether an operator drains this worker. */
  let draining = false;
  /** Null until the worker has started. */
  let answerer: Answerer | null = null;

  async function run(claim: Claim): Promise<void> {
    const mine = {
      claim,
      progress: new JobProgress(claim, context.jobs.jobChanged, { learner, metrics: context.metrics }),
      controller: new AbortController(),
    };
    // PostgreSQL crashed and lost our claim, and then we claimed the job again. The old attempt must end first.
    const before = ended.get(claim.id);
    held.get(claim.id)?.controller.abort(new ClaimLostError());
    held.set(claim.id, mine);
    const end = Promise.resolve(before)
      .then(() => runJob(context, claim, mine.progress, mine.controller.signal))
      .then((outcome) => {
        if (outcome === 'COMPLETED') counts.completed += 1;
        if (outcome === 'FAILED') counts.failed += 1;
        pagesOfEnded += mine.progress.pagesRead;
        if (held.get(claim.id) === mine) {
          held.delete(claim.id);
          ended.delete(claim.id);
        }
      });
    ended.set(claim.id, end);
    await end;
  }

  /** Serves one permit: runs jobs until nothing is claimable or the slot's time is up. */
  async function serve(): Promise<void> {
    const until = performance.now() + serveMs;
    while (!closing && !draining) {
      if (performance.now() > until) return context.jobs.ring();
      const claim = await claimer.next();
      if (claim === undefined) return;
      await run(claim);
    }
  }

  async function renew(): Promise<void> {
    const mine = [...held.values()];
    for (const { progress } of mine) progress.tick();
    const states = mine.map(({ progress }) => progress.state);
    // Earlier claims are held by now, or their response was lost; those of the current claim did not exist then.
    const strayBefore = claimingSince === null ? heardAt : claimingSince.heardAt;
    const pages = mine.reduce((sum, { progress }) => sum + progress.pagesRead, pagesOfEnded);
    // Not awaited: nothing may delay the renewal.
    void options.extractorMemory().then((bytes) => {
      extractorBytes = bytes;
    });
    const report = {
      ...counts,
      sandbox: options.sandbox(),
      memoryBytes: extractorBytes === null ? null : process.memoryUsage.rss() + extractorBytes,
      pagesPerMinute: pageRate.sample(pages),
    };
    const heard = await beat(context.jobs, info, report, states, strayBefore);
    heardAt = heard.at;
    if (heard.isDraining !== draining) setDraining(heard.isDraining);
    for (const { claim, controller } of mine) {
      if (!heard.held.has(claim.id) && held.get(claim.id)?.claim === claim) controller.abort(new ClaimLostError());
    }
    for (const stray of heard.strays) {
      const given = await giveBackJob(context.jobs, stray).catch((error) => {
        if (!(error instanceof ClaimLostError)) throw error;
      });
      if (given === undefined) continue;
      context.metrics.claimRescued();
      logger.warn({ job: encodeId('job', stray.id) }, 'given back: the response to its claim was lost');
    }
  }

  /** Permits that a draining worker took would be lost to the others, so it takes none. */
  function setDraining(drains: boolean): void {
    draining = drains;
    logger.info(drains ? 'draining: this worker takes no more jobs' : 'this worker takes jobs again');
    if (drains) answerer?.pause();
    else if (!closing) answerer?.resume();
  }

  // Start nothing that keeps the process alive before the database has responded: if that fails, the process must end.
  await renew();
  await clearScratch(context);
  const learner = await startLearning(context.jobs, logger);
  let renewing: Promise<void> | null = null;
  const timer = setInterval(() => {
    renewing ??= renew()
      .catch((error) => logger.warn({ err: error }, 'leases could not be renewed'))
      .finally(() => {
        renewing = null;
      });
  }, renewEveryMs);
  const { queue, concurrency } = options;
  const onWakeUp = (cause: 'permit' | 'poll') => context.metrics.slotWoken('jobs', cause);
  const answering = answerPermits({ ...queue, name: 'permits', concurrency, handler: serve, onWakeUp });
  answerer = answering;
  if (draining) answering.pause();

  return {
    id: info.id,
    get running() {
      return held.size;
    },
    async [Symbol.asyncDispose]() {
      closing = true;
      answering.pause();
      const deadline = setTimeout(() => {
        for (const { controller } of held.values()) controller.abort(new DrainError());
      }, drainDeadlineMs);
      await Promise.all(ended.values());
      // Also waits for a claim in progress: until then, its lease is renewed, and the deadline applies to it.
      await answering[Symbol.asyncDispose]();
      clearTimeout(deadline);
      clearInterval(timer);
      await renewing;
      // Once for the current time, and once for claims before it whose response was lost.
      await renew()
        .then(renew)
        .then(() => leave(context.jobs, info.id))
        .catch((error) => logger.warn({ err: error }, 'could not check for lost claims'));
      await learner[Symbol.asyncDispose]();
    },
  };
}
