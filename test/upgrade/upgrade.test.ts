import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { describe, expect, inject, it } from 'vitest';
import { embeddedApiUrl } from '../../src/connections/embedded-postgres.ts';
import { freePort } from '../../src/connections/embedded-server.ts';
import { newUuid } from '../../src/ids.ts';
import { accepted, inline } from '../api/submitting.ts';
import { type GraphqlAnswer, graphql } from '../graphql.ts';
import { temporaryDirectory } from '../start/running.ts';
import { buildPrevious, hasPrevious } from './previous-version.ts';

const run = promisify(execFile);
const current = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** An installation without processes: an empty database and an empty folder. */
async function emptyInstallation() {
  const directory = temporaryDirectory();
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  const name = `upgrade_${newUuid().replaceAll('-', '')}`;
  await client.query(`CREATE DATABASE ${name}`);
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  const dataDir = join(directory.path, 'data');
  mkdirSync(dataDir);
  return {
    env: {
      DATABASE_URL: url.href,
      DATABASE_API_URL: embeddedApiUrl(url.href),
      REDIS_URL: inject('redisUrl'),
      REDIS_PREFIX: `{${name}}`,
      DATA_DIR: dataDir,
      LOG_LEVEL: 'warn',
    },
    async [Symbol.asyncDispose]() {
      await client.query(`DROP DATABASE ${name}`);
      await client.end();
      directory[Symbol.dispose]();
    },
  };
}

interface Processes extends AsyncDisposable {
  url: string;
}

/** Starts the three processes of a version, and waits until the API serves. */
async function startProcesses(cli: string, env: Record<string, string>): Promise<Processes> {
  const port = String(await freePort());
  const own = { ...process.env, ...env, PORT: port };
  const children = ['serve', 'work', 'maintain'].map((name) =>
    spawn(process.execPath, [cli, name], { env: own, stdio: ['ignore', 'ignore', 'inherit'] }),
  );
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    await Promise.all(children.map(end));
  };
  try {
    await expect
      .poll(() =>
        fetch(`${url}/health/ready`).then(
          ({ status }) => status,
          () => 0,
        ),
      )
      .toBe(200);
    for (const child of children) expect(child.exitCode).toBeNull();
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, [Symbol.asyncDispose]: stop };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

async function send(url: string, query: string, variables: object = {}): Promise<GraphqlAnswer['data']> {
  return accepted(await graphql(url, query, { ...variables }));
}

const isFinal = (status: string) => ['COMPLETED', 'FAILED', 'CANCELLED'].includes(status);

async function finalStatus(url: string, id: string): Promise<string> {
  const read = async () => (await send(url, 'query ($id: ID!) { job(id: $id) { status } }', { id })).job.status;
  await expect.poll(async () => isFinal(await read())).toBe(true);
  return await read();
}

/** Uses what an API does with jobs. Every statement of a transition runs at least once. */
async function useAll(url: string): Promise<void> {
  const create = 'mutation ($input: CreateJobInput!) { createJob(input: $input) { job { id } } }';
  const submit = async (input: object) => (await send(url, create, { input })).createJob.job.id;
  const source = await inline('one-page');
  const good = await submit({ source, name: 'good', options: { thumbnails: true } });
  const bad = await submit({
    source: { base64: 'bm8gUERG' },
    webhook: { url: 'https://example.com/', events: ['JOB_STARTED'] },
  });
  const later = await submit({ source: { job: good }, runAt: new Date(Date.now() + 3_600_000) });
  expect(await finalStatus(url, good)).toBe('COMPLETED');
  expect(await finalStatus(url, bad)).toBe('FAILED');
  for (const [mutation, id] of [
    ['cancelJob', later],
    ['retryJob', bad],
  ] as const)
    await send(url, `mutation ($id: ID!) { ${mutation}(id: $id) { job { id } } }`, { id });
  expect(await finalStatus(url, later)).toBe('CANCELLED');
  expect(await finalStatus(url, bad)).toBe('FAILED');
  const items = [{ source }, { source: { job: good } }];
  const batch = (
    await send(url, 'mutation ($input: CreateBatchInput!) { createBatch(input: $input) { batch { id } } }', {
      input: { items },
    })
  ).createBatch.batch.id;
  const counts = async () =>
    (await send(url, 'query ($id: ID!) { batch(id: $id) { status completed } }', { id: batch })).batch;
  await expect.poll(counts).toEqual({ status: 'COMPLETED', completed: 2 });
  const { searchPages, jobs } = await send(
    url,
    '{ searchPages(query: "page") { nodes { snippet } } jobs(filter: { status: [COMPLETED] }) { totalCount nodes { id result { pageCount } } } }',
  );
  expect(jobs.totalCount).toBeGreaterThanOrEqual(3);
  expect(searchPages).toBeDefined();
  await send(url, 'mutation ($id: ID!) { deleteJob(id: $id) { deletedId } }', { id: later });
}

describe.skipIf(!hasPrevious)('an upgrade', () => {
  it('goes on without a stop: the previous version works on a migrated database, alone and beside the new one', async () => {
    using previous = await buildPrevious();
    await using installation = await emptyInstallation();
    const { env } = installation;
    const migrate = (cli: string) => run(process.execPath, [cli, 'migrate'], { env: { ...process.env, ...env } });
    await migrate(previous.cli);
    {
      await using old = await startProcesses(previous.cli, env);
      await useAll(old.url);
      await migrate(current);
      await useAll(old.url);
      await using next = await startProcesses(current, env);
      await Promise.all([useAll(old.url), useAll(next.url)]);
    }
    {
      // Restarted after the migration, such as by a crash in the middle of an upgrade.
      await using old = await startProcesses(previous.cli, env);
      await useAll(old.url);
    }
    await using next = await startProcesses(current, env);
    await useAll(next.url);
  });
});
