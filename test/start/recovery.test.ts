import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test, vi } from 'vitest';
import { freePort } from '../../src/connections/embedded-server.ts';
import { graphql } from '../graphql.ts';
import { allEnd, recordedProcess, recordedProcesses, temporaryDirectory } from './running.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 180_000 });

const directory = temporaryDirectory();
const dataDir = join(directory.path, 'data');
const runDirectory = join(dataDir, 'run');

/** Starts the compiled `pagehive start`, as users run it. */
async function start(port: number) {
  const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
  const child = spawn(process.execPath, [cli, 'start'], {
    env: {
      ...process.env,
      DATABASE_URL: '',
      REDIS_URL: '',
      DATA_DIR: dataDir,
      PORT: String(port),
      HOST: '',
      PUBLIC_URL: '',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  await vi.waitFor(() => expect(output).toContain('Press Ctrl-C'), { timeout: 60_000, interval: 50 });
  return child;
}

const children: Awaited<ReturnType<typeof start>>[] = [];
afterAll(async () => {
  for (const child of children) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  }
  directory[Symbol.dispose]();
});

/** Repeats a request until it succeeds, like a client during a restart of the server. */
async function ask(url: string, query: string, variables: Record<string, unknown> = {}) {
  for (;;) {
    const answer = await graphql(url, query, variables).catch(() => null);
    if (answer !== null && answer.errors === undefined) return answer.data;
    await pause(100);
  }
}

/** The pids of a worker's extractors. In a sandbox, each is below the processes that built it. */
function extractors(worker: number): number[] {
  const lines = execFileSync('ps', ['-e', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
  const processes = lines.flatMap((line) => {
    const [, pid, parent, args = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), args }];
  });
  const below = (parent: number): typeof processes =>
    processes.filter((each) => each.parent === parent).flatMap((each) => [each, ...below(each.pid)]);
  return below(worker)
    .filter(({ args }) => args === 'pagehive extract')
    .map(({ pid }) => pid);
}

const options = { pages: '1-96', maxRetries: 20 };

test('jobs complete once each, even if any process is killed while they run', async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  children.push(await start(port));
  const base64 = (await readFile(new URL('../fixtures/many-pages.pdf', import.meta.url))).toString('base64');
  const createJob = 'mutation ($input: CreateJobInput!) { createJob(input: $input) { job { id } } }';
  const ids: string[] = [];
  const submit = async () => {
    const input = { source: { base64 }, idempotencyKey: `job ${ids.length}`, options };
    ids.push((await ask(url, createJob, { input })).createJob.job.id);
  };
  for (let n = 0; n < 30; n++) await submit();
  const count = async (status: string) =>
    (await ask(url, `{ jobs(filter: { status: [${status}] }) { totalCount } }`)).jobs.totalCount;
  const ended = () => count('COMPLETED, FAILED, CANCELLED');
  /** Waits until a job runs, so that each kill interrupts one. On a slow machine, all jobs may have ended by now. */
  const running = async () => {
    await expect
      .poll(
        async () => {
          if ((await ended()) === ids.length) await submit();
          return await count('RUNNING');
        },
        { interval: 50 },
      )
      .toBeGreaterThan(0);
  };

  for (const victim of ['work', 'extract', 'serve', 'redis', 'postgres', 'maintain'] as const) {
    await running();
    if (victim === 'extract') {
      const worker = recordedProcess(runDirectory, 'work').pid;
      const [extractor] = await vi.waitUntil(() => (extractors(worker).length > 0 ? extractors(worker) : null), {
        timeout: 20_000,
      });
      process.kill(Number(extractor), 'SIGKILL');
    } else {
      const before = recordedProcess(runDirectory, victim);
      process.kill(before.pid, 'SIGKILL');
      await expect
        .poll(() => recordedProcesses(runDirectory).get(victim)?.pid)
        .toSatisfy((pid: number | undefined) => pid !== undefined && pid !== before.pid);
    }
  }

  // Then everything at once, including the supervisor.
  await running();
  const left = [...recordedProcesses(runDirectory).values()];
  const [first] = children;
  first?.kill('SIGKILL');
  for (const { pid } of left) process.kill(pid, 'SIGKILL');
  await allEnd(left);
  children.push(await start(port));

  await expect.poll(ended, { timeout: 150_000, interval: 200 }).toBe(ids.length);
  const query = `query ($id: ID!) { job(id: $id) {
    status failure { code } progressPercentage attempts { number finishedAt failure { code } } result { pageCount }
    pages(first: 100) { nodes { number text } }
  } }`;
  for (const id of ids) {
    const { job } = await ask(url, query, { id });
    expect(job).toMatchObject({
      status: 'COMPLETED',
      progressPercentage: 100,
      failure: null,
      result: { pageCount: 300 },
    });
    expect(job.pages.nodes).toHaveLength(96);
    for (const { number, text } of job.pages.nodes) expect(text).toContain(`This is page ${number} of 300.`);
    // Attempts that were given back have no failure either; the last one completed the job.
    expect(job.attempts.map(({ number }: { number: number }) => number)).toEqual(
      job.attempts.map((_: unknown, index: number) => index + 1),
    );
    expect(job.attempts.at(-1).failure).toBeNull();
  }
  // An idempotency key from before all kills still returns its job.
  const again = await ask(url, createJob, {
    input: { source: { base64 }, idempotencyKey: 'job 0', options },
  });
  expect(again.createJob.job.id).toBe(ids[0]);
});
