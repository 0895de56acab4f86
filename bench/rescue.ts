import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { extractorsOf } from '../chaos/processes.ts';
import { decodeId } from '../src/ids.ts';
import { leaseSeconds } from '../src/job-row/fence.ts';
import { identify, isAlive, type ProcessIdentity } from '../src/supervisor/process-identity.ts';
import { startHangingSource } from './lab/hanging-source.ts';
import { cli, openLab } from './lab/lab.ts';
import { percentile, post } from './lab/load.ts';

// Measures how fast work is released: from kill -9 of a worker until its job is RUNNING again, and from cancelJob or a
// time limit until the extractor is dead. A rescue waits at least for the rest of the lease, which is renewed every
// second.

const samples = Number(process.argv[2] ?? 50);
/** Number of workers with one slot that are killed at a time; as many more take over. */
const killedAtOnce = 10;
/** Concurrent extractions. Each keeps a processor busy: more of them would measure the machine. */
const extractedAtOnce = 2;
const timeoutSeconds = 1;

await using lab = await openLab();
await lab.run(cli, ['serve']);
await lab.run(cli, ['maintain']);
await using source = await startHangingSource();
const pool = new pg.Pool({ connectionString: lab.config.databaseUrl });
// If the lab ends early, its own error says why.
pool.on('error', () => undefined);
const api = `${lab.config.publicUrl}/graphql`;
const base64 = (await readFile(new URL('../samples/pagehive-sample.pdf', import.meta.url))).toString('base64');

interface Row {
  status: string;
  attempt: number;
  pages_done: number;
  started_at: Date;
  /** The process id of its worker. */
  pid: number;
}

const createJob = 'mutation ($input: CreateJobInput!) { createJob(input: $input) { job { id } } }';
const cancelJob = 'mutation ($id: ID!) { cancelJob(id: $id) { job { status } } }';

async function submit(input: object): Promise<string> {
  const { data } = await post(api, createJob, { input });
  const { job } = data.createJob as { job: { id: string } };
  return job.id;
}

async function until(id: string, what: (row: Row) => boolean): Promise<Row> {
  for (;;) {
    const { rows } = await pool.query<Row>(
      `SELECT j.status, j.attempt, j.pages_done, j.started_at, w.pid FROM jobs j JOIN workers w ON w.id = j.worker_id WHERE j.id = $1`,
      [decodeId('job', id)],
    );
    const [row] = rows;
    if (row !== undefined && what(row)) return row;
    await sleep(5);
  }
}

const workers = new Map<number, ChildProcess>();
/** Starts workers one by one: started together, they would starve each other's connections. */
async function startWorkers(count: number): Promise<void> {
  const env = { CONCURRENCY: '1', PRIVATE_HOSTS_ALLOWED: '127.0.0.1' };
  for (let n = 0; n < count; n += 1) {
    const child = await lab.run(cli, ['work'], env);
    if (child.pid !== undefined) workers.set(child.pid, child);
  }
}
async function killWorker(pid: number): Promise<void> {
  const child = workers.get(pid);
  if (child === undefined) throw new Error(`${pid} is not a worker`);
  workers.delete(pid);
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** Times of rescues in milliseconds, by the clock of PostgreSQL, which is that of this machine. */
async function rescues(): Promise<number[]> {
  const input = { source: { url: source.url }, options: { maxRetries: 20 } };
  const ids = await Promise.all(Array.from({ length: killedAtOnce }, () => submit(input)));
  const each = await Promise.all(
    ids.map(async (id) => {
      const before = await until(id, ({ status }) => status === 'RUNNING');
      const since = Date.now();
      await killWorker(before.pid);
      const again = await until(id, ({ status, attempt }) => status === 'RUNNING' && attempt > before.attempt);
      return again.started_at.getTime() - since;
    }),
  );
  await Promise.all(ids.map((id) => post(api, cancelJob, { id })));
  await startWorkers(killedAtOnce);
  return each;
}

async function extractorOf(worker: number): Promise<ProcessIdentity> {
  for (;;) {
    const [pid] = extractorsOf(worker);
    const identity = pid === undefined ? null : identify(pid);
    if (identity !== null) return identity;
    await sleep(5);
  }
}

/** Waits until the process is dead; returns the milliseconds since `since`. */
async function death(extractor: ProcessIdentity, since: number): Promise<number> {
  while (isAlive(extractor)) await sleep(2);
  return Date.now() - since;
}

const long = { source: { base64 }, options: { engine: 'PDFJS', maxRetries: 0 } };

async function cancel(): Promise<number> {
  const id = await submit(long);
  const { pid } = await until(id, ({ status, pages_done }) => status === 'RUNNING' && pages_done > 0);
  const extractor = await extractorOf(pid);
  const since = Date.now();
  const [ms] = await Promise.all([death(extractor, since), post(api, cancelJob, { id })]);
  return ms;
}

async function timeOut(): Promise<number> {
  const id = await submit({ ...long, options: { ...long.options, timeoutSeconds } });
  const { pid, started_at } = await until(id, ({ status }) => status === 'RUNNING');
  const ms = await death(await extractorOf(pid), started_at.getTime() + timeoutSeconds * 1000);
  await until(id, ({ status }) => status === 'FAILED');
  return ms;
}

async function measure(what: string, atOnce: number, round: () => Promise<number[]>): Promise<void> {
  const each: number[] = [];
  while (each.length < samples) each.push(...(await round()));
  each.sort((a, b) => a - b);
  const [median, p99] = [percentile(each, 0.5), percentile(each, 0.99)].map(Math.round);
  console.log(`${what.padEnd(40)} median ${median} ms, p99 ${p99} ms  (${each.length} samples, ${atOnce} at a time)`);
}

const together = (task: () => Promise<number>) => () =>
  Promise.all(Array.from({ length: extractedAtOnce }, () => task()));

await startWorkers(2 * killedAtOnce);
console.log(`minimum of a rescue: the rest of a lease of ${leaseSeconds} s; promised: under 15 s`);
await measure('kill -9 of a worker → RUNNING again', killedAtOnce, rescues);
await Promise.all([...workers.keys()].map(killWorker));
await startWorkers(extractedAtOnce);
await measure('cancelJob → extractor dead', extractedAtOnce, together(cancel));
await measure('time limit → extractor dead', extractedAtOnce, together(timeOut));
await pool.end();
