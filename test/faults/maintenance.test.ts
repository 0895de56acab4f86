import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newUuid } from '../../src/ids.ts';
import type { Actor } from '../../src/maintenance/actor.ts';
import { startMaintenance } from '../../src/maintenance/maintenance.ts';
import { createRescuer } from '../../src/maintenance/rescuer.ts';
import { insertJob } from '../api/rows.ts';
import { accepted } from '../api/submitting.ts';
import { graphql } from '../graphql.ts';
import { deferred } from '../jobs/extractors.ts';
import { type Service, startService } from '../service.ts';
import { startOwnClock } from './own-clock.ts';
import { soon } from './watching.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
});

/** Starts the compiled `pagehive maintain`, as users run it. */
function maintain(): ChildProcess {
  const { databaseUrl, redisUrl, redisPrefix, dataDir } = service.config;
  const env = {
    DATABASE_URL: databaseUrl ?? '',
    REDIS_URL: redisUrl ?? '',
    REDIS_PREFIX: redisPrefix,
    DATA_DIR: dataDir,
  };
  const child = spawn(process.execPath, [cli, 'maintain'], {
    env: { ...process.env, ...env },
    stdio: 'ignore',
  });
  children.push(child);
  return child;
}

async function leader(of: string): Promise<string | undefined> {
  const held = 'SELECT holder FROM leases WHERE name = $1 AND expires_at > now()';
  const [lease] = await service.platform.database.query<{ holder: string }>(held, [of]);
  return lease?.holder;
}

/** Inserts a job whose worker is dead; maintenance works if this job is rescued. */
async function insertLost(): Promise<string> {
  const lost = { status: 'RUNNING', workerId: newUuid(), startedAt: new Date(0), leaseExpiresAt: new Date(0) } as const;
  return (await insertJob(service, lost)).id;
}

async function rescued(id: string): Promise<void> {
  const status = async () => accepted(await graphql(service.url, `{ job(id: "${id}") { status } }`)).job.status;
  await expect.poll(status, soon).toBe('RETRYING');
}

describe('maintenance', () => {
  it('continues in another process when the leader freezes, and tolerates both after it wakes up', async () => {
    const first = maintain();
    await expect.poll(() => leader('rescuer'), soon).toBeDefined();
    const before = await leader('rescuer');
    const second = maintain();
    await rescued(await insertLost());
    first.kill('SIGSTOP');
    await expect.poll(() => leader('rescuer'), soon).not.toBe(before);
    await rescued(await insertLost());
    first.kill('SIGCONT');
    await rescued(await insertLost());
    first.kill('SIGTERM');
    second.kill('SIGTERM');
    expect(await Promise.all([once(first, 'exit'), once(second, 'exit')])).toEqual([
      [0, null],
      [0, null],
    ]);
  });

  it('continues in another process when an actor hangs', async () => {
    const { database, logger } = service.platform;
    const hangs = deferred<void>();
    const worked = deferred<string>();
    const actor = (runOnce: () => Promise<void>): Actor => ({ name: 'test', everyMs: 1_000, runOnce });
    const began = deferred<void>();
    const first = startMaintenance({ database, logger }, [
      actor(() => {
        began.resolve();
        return hangs.promise;
      }),
    ]);
    await began.promise;
    const second = startMaintenance({ database, logger }, [actor(async () => worked.resolve('worked'))]);
    expect(await worked.promise).toBe('worked');
    hangs.resolve();
    await first[Symbol.asyncDispose]();
    await second[Symbol.asyncDispose]();
  });

  it('treats a jump of the database clock as an outage, so that leases get a grace period', async () => {
    await using clock = await startOwnClock(service);
    const seen: number[] = [];
    const jumped = deferred<void>();
    const actor: Actor = {
      name: 'punctual',
      everyMs: 1_000,
      async runOnce(answeringMs) {
        if (answeringMs < (seen.at(-1) ?? 0)) jumped.resolve();
        else if (answeringMs > 2_000) await clock.forward('1 hour');
        seen.push(answeringMs);
      },
    };
    await using _maintenance = startMaintenance({ database: clock.database, logger: service.platform.logger }, [actor]);
    await jumped.promise;
    expect(seen.at(-1)).toBe(0);
  });

  it('does not rescue jobs just after an outage of the database', async () => {
    const rescuer = createRescuer(service.platform);
    const id = await insertLost();
    const status = async () => accepted(await graphql(service.url, `{ job(id: "${id}") { status } }`)).job.status;
    await rescuer.runOnce(0);
    expect(await status()).toBe('RUNNING');
    await rescuer.runOnce(60_000);
    expect(await status()).toBe('RETRYING');
  });
});
