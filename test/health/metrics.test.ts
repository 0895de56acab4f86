import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allKinds } from '../../src/alerts/conditions.ts';
import { failureCodes, JobError } from '../../src/errors.ts';
import { newUuid } from '../../src/ids.ts';
import { insertJob } from '../api/rows.ts';
import { ended, inline, submit } from '../api/submitting.ts';
import { type FaultyProxy, startFaultyProxy } from '../faults/faulty-proxy.ts';
import { pages, soon } from '../faults/watching.ts';
import { extractorOf, opened } from '../jobs/extractors.ts';
import { createDatabase, type Service, startService } from '../service.ts';

let database: Awaited<ReturnType<typeof createDatabase>>;
let proxy: FaultyProxy;
let service: Service;
const completes = pages();
const fails = extractorOf(async function* () {
  yield opened(1);
  throw new JobError('PDF_DAMAGED');
});
let extractor = completes;
beforeAll(async () => {
  database = await createDatabase();
  proxy = await startFaultyProxy(database.url);
  service = await startService({
    config: { databaseUrl: proxy.through(database.url) },
    overrides: { extractor: extractorOf((request, signal) => extractor.extract(request, signal)) },
  });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
  await database.drop();
});

/** Returns the samples by name and labels, as written. */
async function scrape(): Promise<Map<string, number>> {
  const response = await fetch(`${service.url}/metrics`);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/plain')]);
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

describe('/metrics', () => {
  it('counts final jobs, failed attempts by code, and rescues', async () => {
    for (let n = 0; n < 2; n += 1)
      await ended(service, (await submit(service, { source: await inline('one-page') })).id);
    extractor = fails;
    await ended(service, (await submit(service, { source: await inline('one-page') })).id);
    await insertJob(service, {
      status: 'RUNNING',
      workerId: newUuid(),
      startedAt: new Date(0),
      leaseExpiresAt: new Date(0),
      maxRetries: 0,
    });
    const samples = async () => Object.fromEntries(await scrape());
    await expect.poll(samples, soon).toMatchObject({
      'pagehive_jobs{status="COMPLETED"}': 2,
      'pagehive_jobs{status="FAILED"}': 2,
      'pagehive_jobs{status="PENDING"}': 0,
      'pagehive_jobs{status="RUNNING"}': 0,
      'pagehive_jobs_finished_total{status="COMPLETED"}': 2,
      'pagehive_jobs_finished_total{status="FAILED"}': 2,
      'pagehive_jobs_finished_total{status="CANCELLED"}': 0,
      'pagehive_attempts_failed_total{code="PDF_DAMAGED"}': 1,
      'pagehive_attempts_failed_total{code="WORKER_LOST"}': 1,
      pagehive_jobs_rescued_total: 1,
      pagehive_queue_permits_waiting: 0,
      pagehive_queue_claimable_jobs: 0,
      pagehive_queue_paused: 0,
      pagehive_queue_oldest_waiting_seconds: 0,
      pagehive_workers: 1,
      pagehive_worker_slots: 2,
      pagehive_worker_slots_busy: 0,
    });
  });

  it('reports how long the first job in the queue has been waiting', async () => {
    await service.stopWorker();
    await insertJob(service, { createdAt: new Date(Date.now() - 3_600_000) });
    const samples = await scrape();
    expect(samples.get('pagehive_queue_claimable_jobs')).toBe(1);
    expect(samples.get('pagehive_jobs{status="PENDING"}')).toBe(1);
    expect(samples.get('pagehive_queue_oldest_waiting_seconds')).toBeGreaterThanOrEqual(3_600);
    expect(samples.get('pagehive_workers')).toBe(0);
  });

  it('has a bounded number of samples, all named pagehive_', async () => {
    const names = [...(await scrape()).keys()];
    expect(names.filter((name) => !name.startsWith('pagehive_'))).toEqual([]);
    expect(names.length).toBeLessThan(30 + failureCodes.length + allKinds.length);
  });

  it('omits a number whose source is unavailable', async () => {
    proxy.silence();
    const names = [...(await scrape()).keys()];
    expect(names).toContain('pagehive_jobs_rescued_total');
    expect(names).not.toContain('pagehive_workers');
    proxy.heal();
  });
});
