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
}

/** No claim for this long, despite work and an idle slot, cannot be a coincidence. */
const stuckSeconds = 15;
/** A slot is idle for a moment between two jobs, so it must be seen idle twice. */
const lookAgainMs = 500;
/** A batch may well wait for some minutes, but operators should know about longer waits. */
const overloadedSeconds = 300;

const withoutRedis = 'jobs start some seconds late, and progress comes every other second';

const ok = (detail: string): Finding => ({ detail });

/** The checks of `health`, from the most basic. They distinguish a dead fleet from an overloaded one. */
export function createProbes({ pingDatabase, findRedisTrouble, readVitals, countPermits }: ProbeSources): Probe[] {
  // The probes of a check share one reading.
  const vitals = shared(readVitals);
  const redisTrouble = shared(findRedisTrouble);
  const failure = {
    status: 'DEGRADED',
    detail: 'Not known: the database does not answer.',
    advice: 'See to the database first.',
  } as const;
  return [
    {
      name: 'database',
      failure: {
        status: 'DOWN',
        detail: 'PostgreSQL does not answer; requests are refused, accepted jobs are safe.',
        advice: 'Check that PostgreSQL runs and that DATABASE_URL is right.',
      },
      run: async () => {
        await pingDatabase();
        return ok('PostgreSQL answers.');
      },
    },
    {
      name: 'redis',
      failure: {
        status: 'DEGRADED',
        detail: `Redis does not answer; ${withoutRedis}.`,
        advice: 'Check that Redis runs and that REDIS_URL is right.',
      },
      run: async () => {
        const trouble = await redisTrouble();
        if (trouble === null) return ok('Redis answers.');
        const { problem, advice } = trouble;
        return { detail: `${problem}; ${withoutRedis}.`, advice };
      },
    },
    { failure, name: 'maintenance', run: async () => maintenance(await vitals()) },
    { failure, name: 'workers', run: async () => workers(await vitals()) },
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
        detail: 'Not known: Redis or the database does not answer.',
        advice: 'See to them first.',
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
      detail: `A maintenance process runs, but without success: ${failingActors.join(', ')}.`,
      advice: 'Read the log of `pagehive maintain`: it has the errors.',
    };
  }
  return {
    detail: 'No maintenance process runs: retries start late, and jobs of lost workers stay where they are.',
    advice: 'Start one: `pagehive maintain`.',
  };
}

function workers({ workers, slots, running }: Vitals): Finding {
  if (workers > 0) return ok(`${count(workers, 'worker')}, ${count(slots, 'slot')}, ${count(running, 'job')} running.`);
  return { detail: 'No worker runs; jobs are accepted and wait.', advice: 'Start one: `pagehive work`.' };
}

function isStuck({ workers, slots, running, firstWaitingSeconds, lastStartSeconds }: Vitals): boolean {
  const long = (seconds: number | null) => seconds === null || seconds > stuckSeconds;
  return (
    workers > 0 &&
    running < slots &&
    firstWaitingSeconds !== null &&
    long(firstWaitingSeconds) &&
    long(lastStartSeconds)
  );
}

function queue({ workers, slots, running, claimable, firstWaitingSeconds }: Vitals, stuck: boolean): Finding {
  if (firstWaitingSeconds === null) return ok('No job waits.');
  const jobs = claimable < countedUpTo ? count(claimable, 'job') : `${countedUpTo} jobs or more`;
  const waiting = `${jobs} waiting, the first in line for ${Math.round(firstWaitingSeconds)} s`;
  if (stuck) {
    return {
      detail: `${waiting}, and nothing is claimed although ${slots - running} of ${count(slots, 'slot')} are idle.`,
      advice: 'Look at the logs of the workers and restart them.',
    };
  }
  if (workers > 0 && running >= slots && firstWaitingSeconds > overloadedSeconds) {
    return {
      detail: `${waiting}, and ${slots} of ${count(slots, 'slot')} busy: the fleet is overloaded.`,
      advice: 'Start more workers, or raise CONCURRENCY where processors are idle.',
    };
  }
  return ok(`${waiting}.`);
}

/** Never degraded: if there are more rows than slots, most have no permit, and a permit without a row is harmless. */
function permits(waiting: number, { claimable }: Vitals): Finding {
  const rows = claimable < countedUpTo ? count(claimable, 'job') : `${countedUpTo} jobs or more`;
  return ok(`${count(waiting, 'permit')} waiting in Redis, ${rows} claimable.`);
}

function canary({ canarySeconds, fleetSeconds }: Vitals, isRedisWell: boolean): Finding {
  if (canarySeconds !== null && canarySeconds <= canaryDeadSeconds) return ok('Workers answer.');
  // Too early for a canary to have returned.
  if (fleetSeconds !== null && fleetSeconds <= canaryDeadSeconds) return ok('The workers have just started.');
  return {
    detail:
      canarySeconds === null
        ? 'No canary ever came back from a worker.'
        : `No canary came back from a worker for ${Math.round(canarySeconds)} s.`,
    advice: isRedisWell
      ? 'If Redis, maintenance and workers are well, the workers do not answer: restart them.'
      : 'Fix Redis first: canaries travel through it.',
  };
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
