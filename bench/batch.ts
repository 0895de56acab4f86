import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { encodeId, newUuid } from '../src/ids.ts';
import { defaultOptions } from '../src/job-row/options.ts';
import { submitJob } from '../src/jobs/submit.ts';
import { openPlatform } from '../src/platform.ts';
import { noQuotas } from '../src/tenants/limits.ts';
import { cli, openLab, script } from './lab/lab.ts';
import { load, percentile, post } from './lab/load.ts';
import { uploadFixture } from './lab/upload.ts';

// Measures batches: accepting ten thousand items, counting them, and their effect on others. The engine does nothing.

const items = Number(process.argv[2] ?? 10_000);
const finishers = 64;

await using lab = await openLab();
const url = `${lab.config.publicUrl}/graphql`;
await lab.run(cli, ['serve']);
const upload = await uploadFixture(lab.config.publicUrl);
const client = new pg.Client({ connectionString: lab.config.databaseUrl });
await client.connect();

const createBatch = 'mutation ($input: CreateBatchInput!) { createBatch(input: $input) { batch { id } } }';
const createJob = 'mutation ($upload: ID!) { createJob(input: { source: { upload: $upload } }) { job { id } } }';
const batchOf = (count: number) => Array.from({ length: count }, (_, n) => ({ source: { upload }, name: `item ${n}` }));
const submitJobs = (count: number) => load(16, count, () => post(url, createJob, { upload }));
const submitBatch = (count: number, more: object = {}) =>
  post(url, createBatch, { input: { items: batchOf(count), ...more } });
const cancelBatch = 'mutation ($id: ID!) { cancelBatch(id: $id) { batch { id } } }';

async function number(sql: string, values: unknown[] = []): Promise<number> {
  const { rows } = await client.query<{ n: number }>(sql, values);
  return Number(rows[0]?.n);
}
const unfinished = () => number('SELECT count(*) AS n FROM jobs WHERE finished_at IS NULL');
const ms = (value: number) => `${Math.round(value)} ms`;

async function accept(): Promise<void> {
  const alone = await submitJobs(500);
  const { took, others } = await beside(() => submitBatch(items));
  console.log(`accept    ${items} items: ${ms(took)} from mutation to id`);
  console.log(
    `beside    sequential createJob meanwhile: p50 ${ms(percentile(others, 0.5))}, slowest ${ms(others.at(-1) ?? 0)}; ` +
      `16 concurrent without a batch: p50 ${ms(percentile(alone.each, 0.5))}, p99 ${ms(percentile(alone.each, 0.99))}`,
  );
}

/** Runs a request with sequential createJobs beside it, and returns how long each took. */
async function beside(request: () => Promise<unknown>): Promise<{ took: number; others: number[] }> {
  const begin = performance.now();
  let done = false;
  const answered = request().finally(() => {
    done = true;
  });
  const others: number[] = [];
  while (!done) {
    const since = performance.now();
    await post(url, createJob, { upload });
    others.push(performance.now() - since);
  }
  await answered;
  return { took: performance.now() - begin, others: others.sort((a, b) => a - b) };
}

/** Repeats a createBatch by its key, then cancels the batch; measures the responses and the end of all jobs. */
async function repeatAndCancel(): Promise<void> {
  const key = { idempotencyKey: newUuid() };
  await submitBatch(items, key);
  const repetition = await beside(() => submitBatch(items, key));
  console.log(
    `repeat    ${items} items by key: ${ms(repetition.took)}, createJob beside it up to ${ms(repetition.others.at(-1) ?? 0)}`,
  );
  const { rows } = await client.query<{ id: string }>('SELECT id FROM batches ORDER BY id DESC LIMIT 1');
  const begin = performance.now();
  const cancelled = await beside(() => post(url, cancelBatch, { id: encodeId('batch', rows[0]?.id ?? '') }));
  const left = `SELECT count(*) AS n FROM batches WHERE cancelled_at IS NOT NULL AND finished_at IS NULL`;
  while ((await number(left)) > 0) await sleep(20);
  console.log(
    `cancel    response after ${ms(cancelled.took)}, all jobs cancelled after ${ms(performance.now() - begin)}`,
  );
}

/** Sessions that wait for a row or a transaction of another session; not for the advisory lock of claims. */
const waiting = `SELECT count(*) AS n FROM pg_stat_activity
  WHERE wait_event_type = 'Lock' AND wait_event <> 'advisory' AND datname = current_database()`;

/** Runs all pending jobs with a new worker; measures from the first claim to the last end. */
async function drain(): Promise<{ seconds: number; lockWaits: number }> {
  const before = new Date();
  const worker = await lab.run(script('no-op-worker'), [], { CONCURRENCY: String(finishers), LOG_LEVEL: 'silent' });
  let lockWaits = 0;
  while ((await unfinished()) > 0) {
    lockWaits += await number(waiting);
    await sleep(5);
  }
  const seconds = await number(
    'SELECT extract(epoch FROM max(finished_at) - min(started_at)) AS n FROM jobs WHERE started_at > $1',
    [before],
  );
  worker.kill('SIGTERM');
  await new Promise((resolve) => worker.once('exit', resolve));
  return { seconds, lockWaits };
}

/** Starts each round with empty tables and alternates the order, so that neither side profits from earlier rounds. */
async function count(): Promise<void> {
  const size = 3_000;
  const single: number[] = [];
  const batched: number[] = [];
  for (const inBatch of [false, true, true, false, false, true, true, false]) {
    await client.query('TRUNCATE jobs, batches, batch_deltas CASCADE');
    await (inBatch ? submitBatch(size) : submitJobs(size));
    await client.query('VACUUM ANALYZE');
    const { seconds, lockWaits } = await drain();
    (inBatch ? batched : single).push(size / seconds);
    console.log(
      `count     ${size} jobs ${inBatch ? 'of one batch' : 'without batch '}, ${finishers} finishers: ${Math.round(size / seconds)}/s, lock waits seen: ${lockWaits}`,
    );
  }
  const ofAll = (rates: number[]) => rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  console.log(`ratio     without / with a batch: ${(ofAll(single) / ofAll(batched)).toFixed(2)} (aim: under 1.15)`);
}

/** Measures how long a single job of another tenant waits until it starts. */
async function fairness(): Promise<void> {
  await client.query('TRUNCATE jobs, batches, batch_deltas CASCADE');
  const other = newUuid();
  await client.query('INSERT INTO tenants (id, name) VALUES ($1, $2)', [other, 'other']);
  await using platform = await openPlatform({ ...lab.config, logLevel: 'silent' }, 'bench');
  const source = {
    id: '',
    kind: 'BASE64',
    url: null,
    sealedCredentials: null,
    filename: null,
    contentType: null,
    bytes: 1,
    sha256: null,
  } as const;
  const single = async () => {
    const id = newUuid();
    const { job } = await submitJob(platform.jobs, {
      tenantId: other,
      source: { ...source, id, storageKey: `sources/${id}/0.pdf` },
      options: defaultOptions,
      sealedPassword: null,
      name: null,
      metadata: null,
      priority: 5,
      maxRetries: 0,
      webhook: null,
      quotas: noQuotas,
      runAt: null,
      idempotencyKey: null,
      fingerprint: null,
    });
    const wait =
      'SELECT extract(epoch FROM started_at - created_at) * 1000 AS n FROM jobs WHERE id = $1 AND started_at IS NOT NULL';
    let waited = await number(wait, [job.id]);
    while (Number.isNaN(waited)) {
      await sleep(2);
      waited = await number(wait, [job.id]);
    }
    return waited;
  };
  await lab.run(script('no-op-worker'), [], { CONCURRENCY: '4', LOG_LEVEL: 'silent' });
  const measure = async () => {
    const waits: number[] = [];
    for (let n = 0; n < 30; n++) waits.push(await single());
    return waits.sort((a, b) => a - b);
  };
  await measure();
  const idle = await measure();
  await submitBatch(items);
  const busy = await measure();
  const left = await unfinished();
  console.log(
    `fairness  another tenant's job waits p50 ${ms(percentile(idle, 0.5))}, p95 ${ms(percentile(idle, 0.95))} in an idle fleet; ` +
      `p50 ${ms(percentile(busy, 0.5))}, p95 ${ms(percentile(busy, 0.95))} beside a batch (${left} of its jobs left at the end)`,
  );
}

await accept();
await repeatAndCancel();
await count();
await fairness();
await client.end();
