import { mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { freePort } from '../../src/connections/embedded-server.ts';
import type { Diagnosis } from '../../src/doctor/diagnosis.ts';
import { newUuid } from '../../src/ids.ts';
import { ended, inline, storedKeys, submit } from '../api/submitting.ts';
import { startConfiguredRedis } from '../faults/configured-redis.ts';
import { type Service, startService } from '../service.ts';
import { jsonLines, run } from './running.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

/** The environment of the service, as its processes have it. */
function environment(): Record<string, string> {
  const { databaseUrl, databaseApiUrl, redisUrl, redisPrefix, dataDir } = service.config;
  return {
    DATABASE_URL: databaseUrl ?? '',
    DATABASE_API_URL: databaseApiUrl ?? '',
    REDIS_URL: redisUrl ?? '',
    REDIS_PREFIX: redisPrefix,
    DATA_DIR: dataDir,
  };
}

/** What `pagehive doctor` finds in the environment of the service with these changes. */
async function doctor(changes: Record<string, string> = {}, ...args: string[]) {
  const { code, stdout, stderr } = await run(['doctor', '--json', ...args], { env: { ...environment(), ...changes } });
  expect(stderr).toBe('');
  const found: Diagnosis[] = jsonLines(stdout);
  return { code, found, of: (check: string) => found.filter((each) => each.check === check) };
}

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pagehive-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const problem = (detail: RegExp, advice: RegExp | null = null) => ({
  status: 'PROBLEM',
  detail: expect.stringMatching(detail),
  advice: advice === null ? null : expect.stringMatching(advice),
});
const warning = (detail: RegExp, advice: RegExp) => ({ ...problem(detail, advice), status: 'WARNING' });

describe('pagehive doctor', () => {
  it('finds nothing wrong with a deployment that works, and says what it looked at', async () => {
    await expect.poll(async () => (await doctor()).found.filter(({ status }) => status !== 'OK')).toEqual([]);
    const { code, stdout } = await run(['doctor', '--storage'], { env: environment() });
    expect(code).toBe(0);
    for (const line of [
      /^ok +database +PostgreSQL \d+\.\d+ at 127\.0\.0\.1:\d+\/test_\w+, \d+ of \d+ connections used$/m,
      /^ok +migrations +all migrations/m,
      /^ok +api role +the API has its own role/m,
      /^ok +secret key +the key in DATA_DIR opens/m,
      /^ok +database clock +the clock of PostgreSQL is 0\.\d s (behind|ahead of) this machine's$/m,
      /^ok +node +Node\.js \d+\.\d+/m,
      /^ok +storage +.* can be written$/m,
      /^ok +disk +.* % full, [\d.]+ GB are free$/m,
      /^ok +sandbox +extractors run at level \w+/m,
      /^ok +redis +Redis [\d.]+ accepts all commands$/m,
      /^ok +redis +the clock of Redis/m,
      /^ok +maintenance +maintenance runs$/m,
      /^ok +workers +workers: 1, slots: 2$/m,
      /^ok +api keys +the API requires no keys, and only this machine reaches it$/m,
      /^ok +agreement +every object that a row references is there$/m,
    ])
      expect(stdout).toMatch(line);
    expect(await storedKeys(service)).toEqual([]);
  });

  it('names servers that do not respond, and leaves out what depends on them', async () => {
    const port = await freePort();
    const { code, found, of } = await doctor({
      DATABASE_URL: `postgresql://u:p@127.0.0.1:${port}/x`,
      REDIS_URL: `redis://127.0.0.1:${port}`,
    });
    expect(code).toBe(1);
    expect(of('database')).toMatchObject([problem(new RegExp(`^DATABASE_URL: nothing listens at 127.0.0.1:${port}`))]);
    expect(of('redis')).toMatchObject([problem(/^REDIS_URL: nothing listens at/)]);
    expect(found.map(({ check }) => check)).toEqual(['database', 'node', 'disk', 'sandbox', 'redis']);
    expect(JSON.stringify(found)).not.toContain('u:p');
  });

  it('names a database without tables, a wrong folder and a wrong key', async () => {
    const client = new pg.Client({ connectionString: inject('postgresUrl') });
    await client.connect();
    const name = `without_tables_${newUuid().replaceAll('-', '')}`;
    await client.query(`CREATE DATABASE ${name}`);
    onTestFinished(async () => {
      await client.query(`DROP DATABASE ${name}`);
      await client.end();
    });
    const url = new URL(inject('postgresUrl'));
    url.pathname = `/${name}`;
    const bare = await doctor({ DATABASE_URL: url.href });
    expect(bare.of('migrations')).toMatchObject([problem(/^the database lacks 2026\d+_init, /, /pagehive migrate/)]);
    expect(bare.of('storage')).toEqual([]);
    const { of } = await doctor({ DATA_DIR: emptyFolder() });
    expect(of('storage')).toMatchObject([problem(/contains no storage, but this database belongs to the storage/)]);
    expect(of('secret key')).toMatchObject([problem(/is missing, and without it the secret .* cannot be opened/)]);
  });

  it('warns of what works, but not well', async () => {
    await using redis = await startConfiguredRedis('--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru');
    const { prisma } = service.platform.database;
    const id = newUuid();
    await prisma.worker.create({ data: { id, host: 'other', pid: 1, version: '0.0.1', concurrency: 1 } });
    const { code, of } = await doctor({
      REDIS_URL: redis.url,
      DATABASE_API_URL: '',
      ALERT_DISK_PERCENT: '1',
      SANDBOX: 'off',
    });
    await prisma.worker.delete({ where: { id } });
    expect(code).toBe(0);
    expect(of('redis')).toMatchObject([warning(/allkeys-lru may delete wake-ups/, /noeviction/), { status: 'OK' }]);
    expect(of('api role')).toMatchObject([warning(/^DATABASE_API_URL is not set/, /pagehive migrate/)]);
    expect(of('disk')).toMatchObject([warning(/% full/, /enlarge/)]);
    expect(of('sandbox')).toMatchObject([warning(/^SANDBOX=off/, /unless you trust/)]);
    expect(of('workers')).toMatchObject([{ status: 'OK' }, warning(/another version .*: 0\.0\.1$/, /upgrad/)]);
  });

  it('names a Redis that refuses writes, and an API that others reach without a key', async () => {
    await using redis = await startConfiguredRedis('--maxmemory', '1');
    const { code, of } = await doctor({ REDIS_URL: redis.url, HOST: '0.0.0.0' });
    expect(code).toBe(1);
    expect(of('redis')).toMatchObject([problem(/^Redis is full and refuses writes$/, /Raise maxmemory/)]);
    expect(of('api keys')).toMatchObject([problem(/^HOST=0.0.0.0 lets other machines in/, /pagehive keys create/)]);
  });

  it('states invalid configuration in one line', async () => {
    const { code, stderr } = await run(['doctor'], { env: { ...environment(), PORT: 'x' } });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^pagehive: PORT must be a whole number\n$/)]);
  });

  it('with --storage names objects that are gone, and counts those that no row references', async () => {
    const { id } = await submit(service, { source: await inline('attachment'), options: { thumbnails: true } });
    await ended(service, id);
    const keys = await storedKeys(service);
    expect(keys).toHaveLength(3);
    expect((await doctor({}, '--storage')).of('agreement')).toMatchObject([{ status: 'OK' }]);
    for (const key of keys) await rm(join(service.config.dataDir, 'storage', 'objects', key));
    const { code, of } = await doctor({}, '--storage');
    expect(code).toBe(1);
    const owners = of('agreement').map(({ detail }) => detail.split(' ')[0]);
    expect(owners.filter((owner) => owner === id)).toHaveLength(2);
    expect(owners).toHaveLength(3);
    const lost = of('agreement').map(({ detail }) => detail.split(' ').at(-1));
    expect(lost.sort()).toEqual(keys);
  });
});
