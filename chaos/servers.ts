import { setTimeout as sleep } from 'node:timers/promises';
import { embeddedApiUrl, startPostgres } from '../src/connections/embedded-postgres.ts';
import { startRedis } from '../src/connections/embedded-redis.ts';
import { migrate } from '../src/connections/migrations.ts';

/** A dedicated PostgreSQL and Redis that can be killed and restarted on the same ports. */
export interface Servers extends AsyncDisposable {
  readonly postgresUrl: string;
  readonly redisUrl: string;
  /** fast ends all sessions cleanly; crash kills the postmaster. Resolves when it accepts connections again. */
  restartPostgres(how: 'fast' | 'crash'): Promise<void>;
  restartRedis(downMs: number): Promise<void>;
  /** Resolves when no restart is in progress. */
  settled(): Promise<void>;
}

export async function startServers(dataDir: string): Promise<Servers> {
  const log = () => undefined;
  let postgres = await startPostgres({ dataDir, log });
  let redis = await startRedis({ dataDir, log }).catch(async (error: unknown) => {
    await postgres.stop();
    throw error;
  });
  const { url: postgresUrl, port: postgresPort } = postgres;
  const { url: redisUrl, port: redisPort } = redis;
  let changing: Promise<void> = Promise.resolve();
  let closed = false;
  /** Runs one restart at a time, because two faults may want the same. */
  function change(task: () => Promise<void>): Promise<void> {
    const next = changing.then(() => (closed ? undefined : task()));
    changing = next.catch(() => undefined);
    return next;
  }
  const stop = async () => {
    closed = true;
    await changing;
    await Promise.all([postgres.stop(), redis.stop()]);
  };
  try {
    await migrate(postgresUrl, { log, apiUrl: embeddedApiUrl(postgresUrl) });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    postgresUrl,
    redisUrl,
    restartPostgres: (how) =>
      change(async () => {
        if (how === 'fast') await postgres.stop();
        else process.kill(postgres.pid, 'SIGKILL');
        await postgres.exited;
        postgres = await startPostgres({ dataDir, log, port: postgresPort });
      }),
    restartRedis: (downMs) =>
      change(async () => {
        process.kill(redis.pid, 'SIGKILL');
        await redis.exited;
        await sleep(downMs);
        redis = await startRedis({ dataDir, log, port: redisPort });
      }),
    settled: () => changing,
    [Symbol.asyncDispose]: stop,
  };
}
