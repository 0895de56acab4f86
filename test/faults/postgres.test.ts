import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startMaintain } from '../../src/app/maintain.ts';
import { openPlatform } from '../../src/platform.ts';
import { JobProgress } from '../../src/worker/job-progress.ts';
import { DrainError, runJob } from '../../src/worker/run-job.ts';
import { accepted, cancel, inline, refused, remove, storedKeys, submit, tryCreateJob } from '../api/submitting.ts';
import { submitBatch } from '../batches/batching.ts';
import { type GraphqlAnswer, graphql } from '../graphql.ts';
import { claim } from '../jobs/claiming.ts';
import { deferred, endless, extractorOf, group, opened } from '../jobs/extractors.ts';
import { createDatabase, type Service, startService } from '../service.ts';
import { type FaultyProxy, startFaultyProxy } from './faulty-proxy.ts';
import { type OwnPostgres, startOwnPostgres } from './own-postgres.ts';
import { completeOnce, completeWithoutFailure, soon, submitSome } from './watching.ts';

const endConnections =
  'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND client_port IS NOT NULL';

let postgres: OwnPostgres;
let proxy: FaultyProxy;
let service: Service;
/** While set, extractions wait for it after their first group of pages. */
let gate: { promise: Promise<void>; resolve: () => void } | null = null;
const extractor = extractorOf(async function* () {
  yield opened(2);
  yield group(1, 1);
  await gate?.promise;
  yield group(2, 2);
});

beforeAll(async () => {
  postgres = await startOwnPostgres();
  proxy = await startFaultyProxy(postgres.url);
  service = await startService({ config: { databaseUrl: proxy.through(postgres.url) }, overrides: { extractor } });
});
afterEach(() => gate?.resolve());
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
  await postgres[Symbol.asyncDispose]();
});

function holdExtractions(): () => void {
  const { promise, resolve } = deferred<void>();
  gate = {
    promise,
    resolve() {
      resolve();
      gate = null;
    },
  };
  return gate.resolve;
}

async function running(ids: string[], where = service): Promise<void> {
  const status = async (id: string) =>
    accepted(await graphql(where.url, `{ job(id: "${id}") { status pagesDone } }`)).job;
  for (const id of ids) await expect.poll(() => status(id), soon).toEqual({ status: 'RUNNING', pagesDone: 1 });
}

const requests = (): Promise<GraphqlAnswer>[] => [
  graphql(service.url, '{ jobs { nodes { id } } }'),
  graphql(service.url, '{ searchPages(query: "bee") { nodes { score } } }'),
  graphql(service.url, 'mutation { createUpload(input: {}) { upload { id } } }'),
  tryCreateJob(service, { source: { url: 'https://example.org/a.pdf' }, runAt: new Date(Date.now() + 3_600_000) }),
];

async function unavailable(): Promise<void> {
  for (const answer of await Promise.all(requests())) {
    expect(refused(answer).extensions.code).toBe('SERVICE_UNAVAILABLE');
  }
  expect((await fetch(`${service.url}/health/ready`)).status).toBe(503);
  expect((await fetch(`${service.url}/health/live`)).status).toBe(200);
}

async function available(): Promise<void> {
  await expect.poll(async () => (await fetch(`${service.url}/health/ready`)).status, soon).toBe(200);
  for (const request of requests()) accepted(await request);
}

describe('an outage of PostgreSQL', () => {
  it('a crash: requests fail with a clear code, and running jobs survive it', async () => {
    const release = holdExtractions();
    const ids = await submitSome(service, 2);
    await running(ids);
    await postgres.kill();
    await unavailable();
    release();
    await postgres.start();
    await completeWithoutFailure(service, ids);
    await available();
  });

  it('terminated connections: no process dies, and running jobs survive them', async () => {
    const release = holdExtractions();
    const ids = await submitSome(service, 2);
    await running(ids);
    for (let n = 0; n < 5; n += 1) {
      const during = Promise.all(requests());
      await postgres.query(endConnections);
      for (const { errors } of await during) {
        for (const error of errors ?? []) expect(error.extensions.code).toBe('SERVICE_UNAVAILABLE');
      }
    }
    release();
    await completeOnce(service, ids);
    await available();
  });

  it('a connection that ends between two statements of a transaction: the transaction fails, and no process dies', async () => {
    const { database } = service.platform;
    const transaction = database.transaction(async (query) => {
      const [own] = await query<{ pid: number }>('SELECT pg_backend_pid() AS pid', []);
      const pid = own?.pid ?? 0;
      await database.query('SELECT pg_terminate_backend($1)', [pid]);
      await expect
        .poll(() => database.query('SELECT 1 AS one FROM pg_stat_activity WHERE pid = $1', [pid]))
        .toEqual([]);
      await query('SELECT 1 AS one', []);
    });
    await expect(transaction).rejects.toThrow();
    await available();
  });

  it('a freeze longer than a lease: requests fail in seconds, and no job is taken from its live worker', async () => {
    const release = holdExtractions();
    const ids = await submitSome(service, 2);
    await running(ids);
    {
      using _frozen = postgres.freeze();
      await unavailable();
      await unavailable();
    }
    await available();
    release();
    await completeOnce(service, ids);
  });

  it('silence on every connection: requests fail in seconds, and running jobs survive it', async () => {
    const release = holdExtractions();
    const ids = await submitSome(service, 2);
    await running(ids);
    proxy.silence();
    await unavailable();
    proxy.heal();
    release();
    await completeOnce(service, ids);
    await available();
  });
});

it('a worker that shuts down does not wait for an unavailable database', async () => {
  await service.stopWorker();
  await submitSome(service, 1);
  const [held] = await claim(service, 1);
  if (held === undefined) throw new Error('nothing to claim');
  const { jobs, storage, secrets, config, guard, logger, metrics, tracing } = service.platform;
  const document = endless(opened(1));
  const context = {
    jobs,
    storage,
    extractor: document,
    scratch: join(config.dataDir, 'scratch'),
    ocrData: join(config.dataDir, 'ocr'),
    secrets,
    limits: config.limits,
    clientLimits: config.clientLimits,
    guard,
    metrics,
    tracing,
    logger,
  };
  const stop = new AbortController();
  const run = runJob(context, held, new JobProgress(held, jobs.jobChanged), stop.signal);
  await document.began;
  proxy.silence();
  stop.abort(new DrainError());
  expect(await run).toBe('LOST');
  proxy.heal();
  await available();
  await service.startWorker();
});

it('half-open connections of a worker are replaced before its leases expire', async () => {
  const release = holdExtractions();
  const database = await createDatabase();
  onTestFinished(database.drop);
  await using way = await startFaultyProxy(database.url);
  await using alone = await startService({
    config: { databaseUrl: way.through(database.url) },
    overrides: { extractor },
    maintenance: false,
  });
  // Maintenance connects directly, so it would rescue the jobs as soon as their leases expire.
  await using platform = await openPlatform({ ...alone.config, databaseUrl: database.url }, 'test');
  await using _maintenance = startMaintain(platform);
  const ids = await submitSome(alone, 2);
  await running(ids, alone);
  // Open as many connections as the pool allows.
  await Promise.all(Array.from({ length: 10 }, () => alone.platform.database.query('SELECT pg_sleep(0.1)', [])));
  way.silence();
  way.heal();
  const { prisma } = platform.database;
  const beats = () => prisma.job.count({ where: { status: 'RUNNING', heartbeatAt: { gt: silentSince } } });
  const [{ now: silentSince } = { now: new Date() }] = await platform.database.query<{ now: Date }>('SELECT now()', []);
  await expect.poll(beats, soon).toBe(2);
  release();
  await completeOnce(alone, ids);
});

/** Loses one reply on new connections only: a prepared statement's text is sent once per connection. */
async function loseReplyTo(text: string): Promise<{ lost: Promise<void> }> {
  await postgres.query(endConnections);
  await expect.poll(async () => (await fetch(`${service.url}/health/ready`)).status, soon).toBe(200);
  return { lost: proxy.loseReplyTo(text) };
}

describe('a reply that is lost after its commit', () => {
  it('completeJob: the job is completed once', async () => {
    const { lost } = await loseReplyTo("SET status = 'COMPLETED'");
    const ids = await submitSome(service, 1);
    await lost;
    await completeOnce(service, ids);
  });

  it('storePages: pages stored twice exist once', async () => {
    const { lost } = await loseReplyTo("stage = 'EXTRACT', heartbeat_at");
    const [id = ''] = await submitSome(service, 1);
    await lost;
    await completeOnce(service, [id]);
    const { job } = accepted(await graphql(service.url, `{ job(id: "${id}") { pages { nodes { number } } } }`));
    expect(job.pages.nodes).toEqual([{ number: 1 }, { number: 2 }]);
  });

  it.each([
    ['claimJobs: the job', 'FROM claim_jobs('],
    ['the details of a claim: the job', 'AS "resourceFailures"'],
  ])('%s is given back before its lease expires, and runs without using a retry', async (_, text) => {
    await service.stopWorker();
    const ids = await submitSome(service, 2);
    const { lost } = await loseReplyTo(text);
    await service.startWorker();
    await lost;
    await completeWithoutFailure(service, ids);
  });

  it('createJob: the same key returns the created job', async () => {
    const { lost } = await loseReplyTo('INSERT INTO idempotency_keys');
    const input = { source: await inline('one-page'), idempotencyKey: 'once' };
    expect(refused(await tryCreateJob(service, input)).extensions.code).toBe('SERVICE_UNAVAILABLE');
    await lost;
    const { id, deduplicated } = await submit(service, input);
    expect(deduplicated).toBe(true);
    await completeOnce(service, [id]);
  });

  it('createBatch: the same key returns the created batch', async () => {
    const input = {
      idempotencyKey: 'lost batch',
      items: [{ source: { url: 'https://example.org/a.pdf' } }, { source: { url: 'https://example.org/b.pdf' } }],
    };
    const lost = proxy.loseReplyTo({ alone: 'COMMIT\0' });
    expect((await submitBatch(service, input)).errors?.[0]?.extensions.code).toBe('SERVICE_UNAVAILABLE');
    await lost;
    const { batch, deduplicated } = accepted(await submitBatch(service, input)).createBatch;
    expect([deduplicated, batch.total]).toEqual([true, 2]);
    accepted(await graphql(service.url, 'mutation ($id: ID!) { cancelBatch(id: $id) { batch { id } } }', batch));
  });

  it('deleteJob: the job and its document are gone', async () => {
    const keys = await storedKeys(service);
    const { id } = await submit(service, { source: await inline('one-page'), runAt: '2999-01-01T00:00:00Z' });
    accepted(await cancel(service, id));
    const lost = proxy.loseReplyTo({ alone: 'COMMIT\0' });
    expect(refused(await remove(service, id)).extensions.code).toBe('SERVICE_UNAVAILABLE');
    await lost;
    expect(refused(await remove(service, id)).extensions.code).toBe('NOT_FOUND');
    // The janitor deletes its bytes later.
    expect(await storedKeys(service)).toHaveLength(keys.length + 1);
  });
});
