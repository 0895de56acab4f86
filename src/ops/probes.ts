import { setTimeout as wait } from 'node:timers/promises';
import type { Finding, Probe } from './health.ts';
import { shared } from './shared.ts';
import { canaryDeadSeconds, countedUpTo, type Vitals } from './vitals.ts';

/** Sources of the probes. */
export interface ProbeSources {
  pingDatabase: () => Promise<unknown>;
  /**
   * Returns why Redis refuses commands and how to fix it; null if it accepts them. Throws if Redis does not respond.
   */
  findRedisTrouble: () => Promise<{ problem: string; advice: string } | null>;
  readVitals: () => Promise<Vitals>;
  /** Permits waiting in Redis. */
  countPermits: () => Promise<number>;
  /** Whether other machines can reach the API. */
  isExposed: boolean;
}

/** Maximum time without a claim despite waiting jobs and an idle slot, in seconds. Longer is not a coincidence. */
export const stuckSeconds = 15;
/**
 * Delay before the second look, in milliseconds. A slot is briefly idle between two jobs, so it must be seen idle
 * twice.
 */
const lookAgainMs = 500;
/** Waiting time after which operators are notified, in seconds. A batch may wait for some minutes. */
const overloadedSeconds = 300;

const withoutRedis = 'jobs start a few seconds late, and progress arrives every two seconds';

const ok = (detail: string): Finding => ({ detail });

/** The checks of `health`, from the most basic. They distinguish a dead fleet from an overloaded one. */
export function createProbes({
  pingDatabase,
  findRedisTrouble,
  readVitals,
  countPermits,
  isExposed,
}: ProbeSources): Probe[] {
  // The probes of a check share one reading.
  const vitals = shared(readVitals);
  const redisTrouble = shared(findRedisTrouble);
  const failure = {
    status: 'DEGRADED',
    detail: 'Unknown: PostgreSQL does not respond.',
    advice: 'Fix the database first.',
  } as const;
  return [
    {
      name: 'database',
      failure: {
        status: 'DOWN',
        detail: 'PostgreSQL does not respond; requests are refused, accepted jobs are safe.',
        advice: 'Check that PostgreSQL runs and that DATABASE_URL is correct.',
      },
      run: async () => {
        await pingDatabase();
        return ok('PostgreSQL responds.');
      },
    },
    {
      name: 'redis',
      failure: {
        status: 'DEGRADED',
        detail: `Redis does not respond; ${withoutRedis}.`,
        advice: 'Check that Redis runs and that REDIS_URL is correct.',
      },
      run: async () => {
        const trouble = await redisTrouble();
        if (trouble === null) return ok('Redis responds.');
        const { problem, advice } = trouble;
        return { detail: `${problem}; ${withoutRedis}.`, advice };
      },
    },
    { failure, name: 'maintenance', run: async () => maintenance(await vitals()) },
    { failure, name: 'workers', run: async () => workers(await vitals()) },
    { failure, name: 'sandbox', run: async () => sandbox(await vitals(), isExposed) },
    {
      failure,
      name: 'queue',
      run: async () => {
        const first = await vitals();
        if (!isStuck(first)) return queue(first, false);
        await wait(lookAgainMs);
        const second = await vitals();
        return queue(second, isStuck(second));
      },
    },
    {
      name: 'permits',
      failure: {
        status: 'DEGRADED',
        detail: 'Unknown: Redis or PostgreSQL does not respond.',
        advice: 'Fix them first.',
      },
      run: async () => permits(await countPermits(), await vitals()),
    },
    {
      failure,
      name: 'canary',
      run: async () => {
        const isRedisWell = await redisTrouble().then(
          (trouble) => trouble === null,
          () => false,
        );
        return canary(await vitals(), isRedisWell);
      },
    },
  ];
}

function maintenance({ maintained, failingActors }: Vitals): Finding {
  if (maintained && failingActors.length === 0) return ok('Maintenance runs.');
  if (maintained) {
    return {
      detail: `A maintenance process is running, but these actors fail: ${failingActors.join(', ')}.`,
      advice: 'Read the errors in the log of `pagehive maintain`.',
    };
  }
  return {
    detail: 'No maintenance process is running: retries start late, and jobs of lost workers are not rescued.',
    advice: 'Start one: `pagehive maintain`.',
  };
}

function workers({ workers, drainingWorkers, slots, running }: Vitals): Finding {
  const facts = `${count(workers, 'worker')}, ${count(slots, 'slot')}, ${count(running, 'job')} running`;
  if (workers > 0 && drainingWorkers === workers) {
    return {
      detail: `${facts}, but all workers drain: they take no more jobs.`,
      advice: 'Start a worker, or end the draining: `pagehive admin drain --undo WORKER`.',
    };
  }
  if (workers > 0)
    return ok(drainingWorkers === 0 ? `${facts}.` : `${facts}; ${drainingWorkers} of the workers drain.`);
  return { detail: 'No worker is running; jobs are accepted and wait.', advice: 'Start one: `pagehive work`.' };
}

function sandbox({ workers, sandboxes, withoutExtractor }: Vitals, isExposed: boolean): Finding {
  if (withoutExtractor > 0) {
    return {
      detail: `${count(withoutExtractor, 'worker')} of ${workers} started no extractor, so the sandbox is unknown.`,
      advice: 'Read the log of the workers: it states why extractors do not start.',
    };
  }
  if (sandboxes.length === 0) return ok(workers === 0 ? 'No worker is running.' : 'The workers have just started.');
  const levels = [...new Set(sandboxes)].map((level) => {
    return `${count(sandboxes.filter((each) => each === level).length, 'worker')} at level ${level}`;
  });
  const detail = `Sandbox of extractors: ${levels.join(', ')}.`;
  if (!isExposed || !sandboxes.includes('PROCESS')) return ok(detail);
  return {
    detail: `${detail} A hostile document could reach the worker's secrets, network and documents.`,
    advice: 'Let the workers create namespaces (see docs/security.md), or accept this with SANDBOX=off.',
  };
}

/** Whether a claimable job waits although slots are idle. A slot is briefly idle between two jobs. */
export function isStuck({ workers, slots, running, firstWaitingSeconds, lastStartSeconds }: Vitals): boolean {
  const long = (seconds: number | null) => seconds === null || seconds > stuckSeconds;
  return (
    workers > 0 &&
    running < slots &&
    firstWaitingSeconds !== null &&
    long(firstWaitingSeconds) &&
    long(lastStartSeconds)
  );
}

function queue(vitals: Vitals, stuck: boolean): Finding {
  const { workers, slots, running, claimable, firstWaitingSeconds, pausedSeconds } = vitals;
  if (pausedSeconds !== null) {
    return {
      detail: `An operator paused the queue ${Math.round(pausedSeconds)} s ago: jobs are accepted and wait.`,
      advice: 'Resume it when the reason is gone: `pagehive admin resume`.',
    };
  }
  if (firstWaitingSeconds === null) return ok('No job is waiting.');
  const jobs = claimable < countedUpTo ? count(claimable, 'job') : `${countedUpTo} jobs or more`;
  const waiting = `${jobs} waiting, the first in line for ${Math.round(firstWaitingSeconds)} s`;
  if (stuck) {
    return {
      detail: `${waiting}, and no job is claimed although ${slots - running} of ${count(slots, 'slot')} are idle.`,
      advice: 'Look at the logs of the workers and restart them.',
    };
  }
  if (workers > 0 && running >= slots && firstWaitingSeconds > overloadedSeconds) {
    return {
      detail: `${waiting}, and ${slots} of ${count(slots, 'slot')} busy: the fleet is overloaded.`,
      advice: 'Start more workers, or raise CONCURRENCY if processors are idle.',
    };
  }
  return ok(`${waiting}.`);
}

/** Never degraded: with more waiting jobs than slots, most have no permit, and a permit without a job does no harm. */
function permits(waiting: number, { claimable }: Vitals): Finding {
  const rows = claimable < countedUpTo ? count(claimable, 'job') : `${countedUpTo} jobs or more`;
  return ok(`${count(waiting, 'permit')} waiting in Redis, ${rows} claimable.`);
}

function canary({ canarySeconds, fleetSeconds }: Vitals, isRedisWell: boolean): Finding {
  if (canarySeconds !== null && canarySeconds <= canaryDeadSeconds) return ok('Workers respond.');
  // Too early for a canary to have returned.
  if (fleetSeconds !== null && fleetSeconds <= canaryDeadSeconds) return ok('The workers have just started.');
  return {
    detail:
      canarySeconds === null
        ? 'No canary has ever returned from a worker.'
        : `No canary has returned from a worker for ${Math.round(canarySeconds)} s.`,
    advice: isRedisWell
      ? 'If Redis, maintenance and workers are OK, the workers do not respond: restart them.'
      : 'Fix Redis first: canaries travel through it.',
  };
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
