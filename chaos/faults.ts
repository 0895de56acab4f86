import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import { sendSignal } from '../src/supervisor/leftovers.ts';
import { extractorsOf, processorTicks } from './processes.ts';
import { describeFault, type Fault, type PlannedFault } from './schedule.ts';
import type { World } from './world.ts';

export interface FaultOutcome {
  fault: Fault;
  /** False if the fault had no target. */
  done: boolean;
}

/** Carries out a plan; resolves when the last fault has been undone, or at once when aborted. */
export async function injectFaults(
  world: World,
  plan: readonly PlannedFault[],
  { signal, log }: { signal: AbortSignal; log(line: string): void },
): Promise<FaultOutcome[]> {
  const begin = performance.now();
  const running: Promise<FaultOutcome>[] = [];
  for (const { atSeconds, fault } of plan) {
    await sleep(Math.max(0, atSeconds * 1000 - (performance.now() - begin)), undefined, { signal });
    log(`${((performance.now() - begin) / 1000).toFixed(1).padStart(6)} s  ${describeFault(fault)}`);
    const injected = inject(world, fault, signal).then(
      (done) => ({ fault, done }),
      (error: unknown) => {
        signal.throwIfAborted();
        throw new Error(`the harness could not ${describeFault(fault)}`, { cause: error });
      },
    );
    // Promise.all below handles rejections; until then this avoids an unhandled rejection.
    injected.catch(() => undefined);
    running.push(injected);
  }
  return await Promise.all(running);
}

/** Injects a fault; resolves when it has passed, with whether it had a target. */
async function inject(world: World, fault: Fault, signal: AbortSignal): Promise<boolean> {
  switch (fault.kind) {
    case 'kill': {
      const service = world.service(fault.service);
      const { isReady } = service;
      service.kill();
      return isReady;
    }
    case 'terminate': {
      const service = world.service(fault.service);
      // A starting process has no signal handler yet, and promises nothing about draining.
      if (!service.isReady) return false;
      await service.terminate();
      return true;
    }
    case 'freeze': {
      const service = world.service(fault.service);
      world.databaseTroubles.push(Date.now());
      service.freeze();
      await sleep(fault.seconds * 1000, undefined, { signal });
      service.thaw();
      return true;
    }
    case 'kill-extractor':
      return await killExtractor(world, world.service(fault.service).pid, fault.signal);
    case 'redis-flush':
      return await withRedis(world, (redis) => redis.flushAll());
    case 'redis-flush-scripts':
      return await withRedis(world, (redis) => redis.scriptFlush());
    case 'redis-down':
      await world.servers.restartRedis(fault.seconds * 1000);
      return true;
    case 'postgres-restart':
      world.databaseTroubles.push(Date.now());
      if (fault.how === 'backend') return await killBackend(world);
      await world.servers.restartPostgres(fault.how);
      return true;
    case 'cut':
    case 'half-open': {
      const proxy = world.proxy(fault.service, fault.server);
      if (fault.server === 'postgres') world.databaseTroubles.push(Date.now());
      if (fault.kind === 'cut') proxy.cut();
      else proxy.silence();
      await sleep(fault.seconds * 1000, undefined, { signal });
      proxy.heal();
      return true;
    }
    case 'lose-reply': {
      const reply = { statement: fault.statement, ending: fault.ending, at: null };
      world.lostReplies.push(reply);
      // `at` later shows whether a statement triggered it.
      return true;
    }
  }
}

/** Kills the busiest extractor, which is reading a document. */
async function killExtractor(world: World, worker: number | null, signal: NodeJS.Signals): Promise<boolean> {
  if (worker === null) return false;
  const before = extractorsOf(worker).map((pid) => ({ pid, ticks: processorTicks(pid) }));
  await sleep(60);
  const [busiest] = before
    .map(({ pid, ticks }) => ({ pid, used: processorTicks(pid) - ticks }))
    .sort((a, b) => b.used - a.used);
  if (signal === 'SIGSEGV') world.crashes.push({ at: Date.now(), worker });
  return busiest !== undefined && sendSignal(busiest.pid, signal);
}

function openRedis({ servers }: World) {
  return createClient({ url: servers.redisUrl, socket: { reconnectStrategy: false, connectTimeout: 1_000 } });
}

type RedisClient = ReturnType<typeof openRedis>;

async function withRedis(world: World, use: (redis: RedisClient) => Promise<unknown>): Promise<boolean> {
  const redis = openRedis(world);
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    await use(redis);
    return true;
  } catch {
    // Redis is down because of another fault.
    return false;
  } finally {
    redis.destroy();
  }
}

/** Kills one session with SIGKILL: PostgreSQL ends all others and recovers. */
async function killBackend(world: World): Promise<boolean> {
  try {
    const [row] = await world.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'pagehive%' ORDER BY random() LIMIT 1`,
    );
    return row !== undefined && sendSignal(row.pid, 'SIGKILL');
  } catch {
    return false;
  }
}
