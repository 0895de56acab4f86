import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newUuid } from '../../src/ids.ts';
import { JobProgress } from '../../src/worker/job-progress.ts';
import { DatabaseDownError } from '../../src/worker/persist.ts';
import { DrainError, runJob } from '../../src/worker/run-job.ts';
import { cancel, endedJob, inline, readJob, submit } from '../api/submitting.ts';
import { type GraphqlAnswer, graphql, openSubscription } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { claim, letLeaseExpire } from './claiming.ts';
import { deferred, endless, extractorOf, group, opened, stepwise, untilAborted } from './extractors.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false });
});
afterEach(async () => {
  await service.stopWorker();
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const fields = `status retryCount maxRetries failure { code category message } attempts { number workerId finishedAt failure { code } }
  nextRetryAt pagesDone pages { nodes { number } }`;

/** The context in which a worker runs a job. */
function runContext(extractor: Parameters<typeof runJob>[0]['extractor']) {
  const { jobs, storage, secrets, config, guard, logger, metrics, tracing } = service.platform;
  const scratch = join(config.dataDir, 'scratch');
  const ocrData = join(config.dataDir, 'ocr');
  return {
    jobs,
    storage,
    extractor,
    scratch,
    ocrData,
    secrets,
    limits: config.limits,
    clientLimits: config.clientLimits,
    guard,
    metrics,
    tracing,
    logger,
  };
}

describe('a job of a worker that shuts down', () => {
  it('is given back without using a retry, keeps its pages, and resumes elsewhere', async () => {
    const { id } = await submit(service, { source: await inline('one-page'), options: { maxRetries: 0 } });
    const [held] = await claim(service, 1);
    if (held === undefined) throw new Error('nothing to claim');
    const extractor = endless(opened(2), group(1, 1));
    const stop = new AbortController();
    const run = runJob(
      runContext(extractor),
      held,
      new JobProgress(held, service.platform.jobs.jobChanged),
      stop.signal,
    );
    await extractor.began;
    stop.abort(new DrainError());
    await run;
    await extractor.aborted;
    expect(await readJob(service, id, fields)).toMatchObject({
      status: 'PENDING',
      retryCount: 0,
      failure: null,
      attempts: [{ number: 1, failure: null }],
      pages: { nodes: [{ number: 1 }] },
    });
    await service.startWorker();
    expect(await endedJob(service, id, fields)).toMatchObject({
      status: 'COMPLETED',
      retryCount: 0,
      attempts: [{ number: 1 }, { number: 2 }],
    });
  });

  it('completes if it finishes in time', async () => {
    const extractor = stepwise(opened(1), group(1, 1));
    await service.startWorker({ extractor });
    const { id } = await submit(service, { source: await inline('one-page') });
    extractor.step();
    await expect.poll(() => readJob(service, id, 'status')).toEqual({ status: 'RUNNING' });
    const stopped = service.stopWorker();
    extractor.step();
    await stopped;
    expect(await readJob(service, id, 'status')).toEqual({ status: 'COMPLETED' });
  });
});

describe('a job of a worker that is lost', () => {
  it('runs again on another one', async () => {
    const { id, row } = await claimedByNobody({ maxRetries: 1 });
    await service.startWorker();
    await letLeaseExpire(service, row);
    const job = await endedJob(service, id, fields);
    expect(job).toMatchObject({
      status: 'COMPLETED',
      retryCount: 1,
      failure: null,
      attempts: [
        { number: 1, failure: { code: 'WORKER_LOST' } },
        { number: 2, failure: null },
      ],
    });
    expect(job.attempts[0].workerId).not.toBe(job.attempts[1].workerId);
  });

  it('fails eventually, so that a document cannot kill workers forever', async () => {
    const { id, row } = await claimedByNobody({ maxRetries: 0 });
    await letLeaseExpire(service, row);
    expect(await endedJob(service, id, fields)).toMatchObject({
      status: 'FAILED',
      failure: { code: 'WORKER_LOST', category: 'TRANSIENT' },
      attempts: [{ number: 1, failure: { code: 'WORKER_LOST' } }],
    });
  });

  it('is not rescued while its worker renews the lease', async () => {
    const extractor = endless(opened(1));
    await service.startWorker({ extractor });
    const { id } = await submit(service, { source: await inline('one-page') });
    await extractor.began;
    const { lastHeartbeat } = await readJob(service, id, 'lastHeartbeat');
    await expect.poll(async () => (await readJob(service, id, 'lastHeartbeat')).lastHeartbeat).not.toBe(lastHeartbeat);
    expect(await readJob(service, id, 'status attempts { number }')).toEqual({
      status: 'RUNNING',
      attempts: [{ number: 1 }],
    });
    await cancel(service, id);
    await extractor.aborted;
  });

  async function claimedByNobody(options: { maxRetries: number }) {
    const { id } = await submit(service, { source: await inline('one-page'), options });
    const [held] = await claim(service, 1, newUuid());
    if (held === undefined) throw new Error('nothing to claim');
    return { id, row: { id, uuid: held.id, sourceUuid: held.sourceId } };
  }
});

describe('a job that is cancelled and retried at once', () => {
  it('starts on the same worker only after its previous extraction has ended', async () => {
    const [began, aborted, dead] = [deferred<void>(), deferred<void>(), deferred<void>()];
    const log: string[] = [];
    const extractor = extractorOf(async function* (_, signal) {
      const first = log.length === 0;
      log.push('begins');
      yield opened(1);
      if (first) {
        began.resolve();
        await untilAborted(signal).catch(() => undefined);
        aborted.resolve();
        await dead.promise;
        log.push('ends');
        signal.throwIfAborted();
      }
      yield group(1, 1);
    });
    await service.startWorker({ extractor });
    const { id } = await submit(service, { source: await inline('one-page') });
    await began.promise;
    await cancel(service, id);
    await graphql(service.url, 'mutation ($id: ID!) { retryJob(id: $id) { job { id } } }', { id });
    await aborted.promise;
    await expect.poll(() => readJob(service, id, 'status')).toEqual({ status: 'RUNNING' });
    dead.resolve();
    expect(await endedJob(service, id, fields)).toMatchObject({
      status: 'COMPLETED',
      retryCount: 0,
      attempts: [
        { number: 1, failure: null },
        { number: 2, failure: null },
      ],
    });
    expect(log).toEqual(['begins', 'ends', 'begins']);
  });
});

describe('a failure', () => {
  it('that is transient is retried after its backoff, and every attempt is listed', async () => {
    const { id } = await submit(service, {
      source: { url: 'http://nowhere.invalid/a.pdf' },
      options: { maxRetries: 1 },
    });
    const progress =
      'subscription ($id: ID!) { jobProgress(id: $id) { status stage retryCount nextRetryAt failure { code } } }';
    const events = await openSubscription(service.url, progress, { id });
    await service.startWorker();
    // Every subscriber gets each change of status, even if the backoff is a few milliseconds.
    const seen: GraphqlAnswer['data'][] = [];
    for await (const { data } of events) seen.push(data.jobProgress);
    const retrying = seen.find(({ status }) => status === 'RETRYING');
    expect(retrying).toMatchObject({ stage: 'QUEUED', retryCount: 1, failure: { code: 'DOWNLOAD_FAILED' } });
    expect(new Date(retrying.nextRetryAt).getTime()).toBeLessThan(Date.now() + 10_000);
    const job = await endedJob(service, id, fields);
    expect(job).toMatchObject({
      status: 'FAILED',
      retryCount: 1,
      nextRetryAt: null,
      failure: { code: 'DOWNLOAD_FAILED' },
      attempts: [
        { number: 1, failure: { code: 'DOWNLOAD_FAILED' } },
        { number: 2, failure: { code: 'DOWNLOAD_FAILED' } },
      ],
    });
  });

  it('of the database gives the job back without failing it', async () => {
    let away = true;
    const extractor = extractorOf(async function* () {
      yield opened(1);
      if (away) {
        away = false;
        throw new DatabaseDownError(new Error('connect ECONNREFUSED'));
      }
      yield group(1, 1);
    });
    await service.startWorker({ extractor });
    const { id } = await submit(service, { source: await inline('one-page'), options: { maxRetries: 0 } });
    expect(await endedJob(service, id, fields)).toMatchObject({
      status: 'COMPLETED',
      attempts: [{ failure: null }, { failure: null }],
    });
  });

  it('that is unexpected becomes INTERNAL, without details', async () => {
    // biome-ignore lint/correctness/useYield: it fails before its first event
    const broken = extractorOf(async function* () {
      throw new Error('a secret detail');
    });
    await service.startWorker({ extractor: broken });
    const { id } = await submit(service, { source: await inline('one-page'), options: { maxRetries: 0 } });
    const job = await endedJob(service, id, `${fields} failure { code category message advice }`);
    expect(job).toMatchObject({ status: 'FAILED', failure: { code: 'INTERNAL', category: 'INTERNAL' } });
    expect(JSON.stringify(job)).not.toContain('secret');
  });
});
