import { hostname } from 'node:os';
import { startLearning } from '../estimates/learner.ts';
import { beat, leave } from '../fleet/workers.ts';
import { encodeId, newUuid } from '../ids.ts';
import { ClaimLostError } from '../job-row/fence.ts';
import { type Claim, claimJobs } from '../jobs/claim.ts';
import { giveBackJob } from '../jobs/lifecycle.ts';
import { type Answerer, answerPermits } from '../queue/answer.ts';
import type { QueueOptions } from '../queue/bee.ts';
import { Claimer } from './claimer.ts';
import type { RunContext } from './context.ts';
import { JobProgress } from './job-progress.ts';
import { DrainError, runJob } from './run-job.ts';
import { clearScratch } from './scratch.ts';

export interface WorkerOptions {
  concurrency: number;
  version: string;
  queue: QueueOptions;
}

export interface Worker extends AsyncDisposable {
  readonly id: string;
  /** Jobs that run here now. */
  readonly running: number;
}

/** Leases and the heartbeat are renewed this often. */
const renewEveryMs = 1_000;
/** A slot answers one permit for this long, then rings a new one: so others' permits get their turn. */
const drainMs = 30_000;
/** At shutdown jobs may finish for this long; then they are given back. */
const drainDeadlineMs = 30_000;

interface Held {
  claim: Claim;
  progress: JobProgress;
  controller: AbortController;
}

/**
 * A worker: answers permits by claiming and running jobs, one a slot, renews the leases of all of them in one statement a
 * second, and stops those whose claim is lost. It only supervises; PDFs are parsed in the extractor's processes, so nothing
 * a document does can delay a renewal.
 */
export async function startWorker(context: RunContext, options: WorkerOptions): Promise<Worker> {
  const { logger } = context;
  const info = {
    id: newUuid(),
    host: hostname(),
    pid: process.pid,
    version: options.version,
    concurrency: options.concurrency,
  };
  const held = new Map<string, Held>();
  const ended = new Map<string, Promise<void>>();
  /** When the database was last heard of, by its clock, and how far that was when the claim under way was sent. */
  let heardAt: Date | null = null;
  let claimingSince: { heardAt: Date | null } | null = null;
  const claimer = new Claimer(async (slots) => {
    claimingSince = { heardAt };
    try {
      return await claimJobs(context.jobs, info.id, slots);
    } finally {
      claimingSince = null;
    }
  });
  const counts = { completed: 0, failed: 0 };
  let draining = false;

  async function run(claim: Claim): Promise<void> {
    const mine = {
      claim,
      progress: new JobProgress(claim, context.jobs.jobChanged, learner),
      controller: new AbortController(),
    };
    // PostgreSQL crashed and forgot our claim, and it came back to us: what we ran of it before must end first.
    const before = ended.get(claim.id);
    held.get(claim.id)?.controller.abort(new ClaimLostError());
    held.set(claim.id, mine);
    const end = Promise.resolve(before)
      .then(() => runJob(context, claim, mine.progress, mine.controller.signal))
      .then((outcome) => {
        if (outcome === 'COMPLETED') counts.completed += 1;
        if (outcome === 'FAILED') counts.failed += 1;
        if (held.get(claim.id) === mine) {
          held.delete(claim.id);
          ended.delete(claim.id);
        }
      });
    ended.set(claim.id, end);
    await end;
  }

  /** Answers one permit: runs jobs until nothing is claimable or the slot has had its time. */
  async function drain(): Promise<void> {
    const until = performance.now() + drainMs;
    while (!draining) {
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
    // What was claimed before is held by now or lost on its way; what the claim under way gets, was not yet given then.
    const strayBefore = claimingSince === null ? heardAt : claimingSince.heardAt;
    const heard = await beat(context.jobs, info, counts, states, strayBefore);
    heardAt = heard.at;
    for (const { claim, controller } of mine) {
      if (!heard.held.has(claim.id) && held.get(claim.id)?.claim === claim) controller.abort(new ClaimLostError());
    }
    for (const stray of heard.strays) {
      const given = await giveBackJob(context.jobs, stray).catch((error) => {
        if (!(error instanceof ClaimLostError)) throw error;
      });
      if (given) logger.warn({ job: encodeId('job', stray.id) }, 'given back: the answer to its claim was lost');
    }
  }

  // Nothing that keeps the process alive begins before the database has answered: a start that fails must end it, to be tried again.
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
  const answerer: Answerer = answerPermits({ ...queue, name: 'permits', concurrency, handler: drain });

  return {
    id: info.id,
    get running() {
      return held.size;
    },
    async [Symbol.asyncDispose]() {
      draining = true;
      answerer.stop();
      const deadline = setTimeout(() => {
        for (const { controller } of held.values()) controller.abort(new DrainError());
      }, drainDeadlineMs);
      await Promise.all(ended.values());
      // Waits for a claim that was under way, too: until then its lease is renewed, and the deadline holds for it.
      await answerer[Symbol.asyncDispose]();
      clearTimeout(deadline);
      clearInterval(timer);
      await renewing;
      // Once for the time, and once for what was given before it and never arrived.
      await renew()
        .then(renew)
        .then(() => leave(context.jobs, info.id))
        .catch((error) => logger.warn({ err: error }, 'it could not be seen whether any claim was lost'));
      await learner[Symbol.asyncDispose]();
    },
  };
}
