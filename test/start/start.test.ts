import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { freePort } from '../../src/connections/embedded-server.ts';
import { isAlive } from '../../src/supervisor/process-identity.ts';
import {
  allEnd,
  journalLines,
  recordedProcess,
  recordedProcesses,
  runStandIn,
  type StandIn,
  temporaryDirectory,
} from './running.ts';

const directory = temporaryDirectory();
const dataDir = join(directory.path, 'data');
const runDirectory = join(dataDir, 'run');
const journal = join(directory.path, 'journal');

afterAll(() => directory[Symbol.dispose]());

function start(env: Record<string, string> = {}): StandIn {
  if (env.DATA_DIR === undefined) rmSync(journal, { force: true });
  return runStandIn('starting', [], {
    DATABASE_URL: '',
    REDIS_URL: '',
    DATA_DIR: dataDir,
    PORT: '0',
    JOURNAL: journal,
    ...env,
  });
}

async function isReady(started: StandIn): Promise<void> {
  await vi.waitFor(() => expect(started.output()).toContain('GraphiQL: '), { timeout: 60_000 });
}

/** The URL of an embedded server, from its recorded settings. */
function embeddedUrl(name: 'postgres' | 'redis'): string {
  const { port, password } = JSON.parse(readFileSync(join(dataDir, `${name}.json`), 'utf8'));
  return name === 'redis'
    ? `redis://:${password}@127.0.0.1:${port}`
    : `postgresql://pagehive:${password}@127.0.0.1:${port}/other`;
}

const everything = ['maintain', 'postgres', 'redis', 'serve', 'work'];

test('starts everything, and stops it in order on SIGINT', async () => {
  await using started = start();
  await isReady(started);
  const address = /GraphiQL: (http:\/\/127\.0\.0\.1:\d+)\/graphql\n/.exec(started.output())?.[1];
  expect(await fetch(`${address}/graphql`).then((response) => response.text())).toBe('ready');
  const processes = recordedProcesses(runDirectory);
  expect([...processes.keys()].sort()).toEqual(everything);
  await expect.poll(() => journalLines(journal).length).toBe(3);
  writeFileSync(journal, '');
  started.child.kill('SIGINT');
  // npm forwards the signal that the terminal sends to all processes: one Ctrl-C arrives twice.
  started.child.kill('SIGINT');
  expect(await started.exited).toBe(0);
  expect(journalLines(journal)).toEqual(['serve ended', 'work ended', 'maintain ended']);
  expect(started.output()).not.toContain('at once');
  expect([...processes.values()].filter(isAlive)).toEqual([]);
  expect(recordedProcesses(runDirectory).size).toBe(0);
});

test('is not ready before its example', async () => {
  await using started = start();
  await isReady(started);
  const inOrder = ['the example is stored', 's  ready\n', 'GraphiQL: ', 'This is the example.'];
  const places = inOrder.map((text) => started.output().indexOf(text));
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
});

test('runs without its example if that cannot be prepared, and reports why', async () => {
  await using started = start({ EXAMPLE: 'fails' });
  await isReady(started);
  expect(started.output()).toContain('the example could not be prepared: the disk is full\n');
});

test('recovers from being killed together with any of its children', async () => {
  await using killed = start();
  await isReady(killed);
  const left = recordedProcesses(runDirectory);
  process.kill(recordedProcess(runDirectory, 'postgres').pid, 'SIGKILL');
  killed.child.kill('SIGKILL');
  await killed.exited;
  await using started = start();
  await isReady(started);
  await allEnd(left.values());
  const now = recordedProcesses(runDirectory);
  expect([...now.keys()].sort()).toEqual(everything);
  expect([...now.values()].every(isAlive)).toBe(true);
});

test('explains the fix in one line when the port is taken', async () => {
  const port = await freePort();
  // Also occupy the next port, unless another program does already.
  const servers = [port, port + 1].map((each) =>
    createServer()
      .on('error', () => undefined)
      .listen(each, '127.0.0.1'),
  );
  await using started = start({ PORT: String(port) });
  expect(await started.exited).toBe(1);
  for (const server of servers) server.close();
  const [line, suggested] =
    /^port \d+ is taken by another program: choose another one, such as PORT=(\d+)\n$/.exec(started.output()) ?? [];
  expect(line).toContain(`port ${port} `);
  expect(Number(suggested)).toBeGreaterThan(port + 1);
  const free = createServer().listen(Number(suggested), '127.0.0.1');
  await once(free, 'listening');
  free.close();
});

test('refuses to listen where other machines reach it', async () => {
  await using started = start({ HOST: '0.0.0.0' });
  expect(await started.exited).toBe(1);
  expect(started.output()).toMatch(
    /^HOST=0\.0\.0\.0 lets other machines in, .*pagehive keys create.*AUTH=required\n$/m,
  );
});

test('reports the variable and its problem, but never the password', async () => {
  const port = await freePort();
  for (const [variable, url] of [
    ['DATABASE_URL', `postgresql://someone:hidden@127.0.0.1:${port}/pagehive`],
    ['REDIS_URL', `redis://:hidden@127.0.0.1:${port}`],
  ] as const) {
    await using started = start({ [variable]: url });
    expect(await started.exited).toBe(1);
    const last = started.output().trim().split('\n').at(-1);
    expect(last).toBe(
      `${variable}: nothing listens at 127.0.0.1:${port}; check host and port, and that the server runs`,
    );
    expect(started.output()).not.toContain('hidden');
  }
  expect(recordedProcesses(runDirectory).size).toBe(0);
});

describe('while it runs', () => {
  let started: StandIn;

  beforeAll(async () => {
    started = start();
    await isReady(started);
  });

  afterAll(async () => {
    await started[Symbol.asyncDispose]();
  });

  test('refuses a second start on the same data directory in one line', async () => {
    await using second = start();
    expect(await second.exited).toBe(1);
    expect(second.output()).toBe(
      `Pagehive already runs on ${dataDir} (process ${started.child.pid}): stop it first, or set another DATA_DIR and PORT\n`,
    );
  });

  test('uses the given servers instead of its own', async () => {
    const own = recordedProcesses(runDirectory);
    const databaseUrl = embeddedUrl('postgres');
    const other = join(directory.path, 'other');
    await using second = start({ DATABASE_URL: databaseUrl, REDIS_URL: embeddedUrl('redis'), DATA_DIR: other });
    await isReady(second);
    expect([...recordedProcesses(join(other, 'run')).keys()].sort()).toEqual(['maintain', 'serve', 'work']);
    expect([...own.values()].every(isAlive)).toBe(true);
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    expect((await client.query('SELECT count(*) > 0 AS migrated FROM _prisma_migrations')).rows).toEqual([
      { migrated: true },
    ]);
    // Without DATABASE_API_URL it prepares no role.
    expect((await client.query('SELECT action, target FROM audit_log')).rows).toEqual([
      { action: 'migrate', target: expect.stringMatching(/^\d{14}_\w+$/) },
    ]);
    await client.end();
  });

  test('restarts processes that die, at the same addresses', async () => {
    const before = recordedProcesses(runDirectory);
    for (const { pid } of before.values()) process.kill(pid, 'SIGKILL');
    for (const name of everything) {
      await expect.poll(() => started.output()).toContain(`${name} runs again`);
      // A process that starts before its servers are back exits and is restarted once more, so its record may be
      // missing.
      await expect
        .poll(() => recordedProcesses(runDirectory).get(name)?.pid ?? before.get(name)?.pid)
        .not.toBe(before.get(name)?.pid);
    }
  });
});

test('reports a missing or damaged master key in one line, before it starts any command', async () => {
  using home = temporaryDirectory();
  const env = { DATA_DIR: join(home.path, 'data'), JOURNAL: join(home.path, 'journal') };
  const key = join(env.DATA_DIR, 'secret.key');
  await using started = start(env);
  await isReady(started);
  const { port, password } = JSON.parse(readFileSync(join(env.DATA_DIR, 'postgres.json'), 'utf8'));
  const client = new pg.Client({ connectionString: `postgresql://pagehive:${password}@127.0.0.1:${port}/pagehive` });
  await client.connect();
  await client.query(`INSERT INTO installation (id, storage_id, sealed_secret) VALUES (1, gen_random_uuid(), 'v1.x')`);
  await client.end();
  started.child.kill('SIGINT');
  await started.exited;
  for (const [content, reason] of [
    [null, 'is missing'],
    ['not a key', 'holds no key: restore it from a backup'],
    [Buffer.alloc(32, 1).toString('base64'), 'belongs to another installation'],
  ] as const) {
    rmSync(key, { force: true });
    if (content !== null) writeFileSync(key, content);
    await using failed = start(env);
    expect(await failed.exited).toBe(1);
    expect(failed.output()).not.toContain('starting API');
    expect(failed.output().trim().split('\n').at(-1)?.startsWith(`${key} ${reason}`)).toBe(true);
  }
});
