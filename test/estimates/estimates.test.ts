import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type CostKey, costKeys } from '../../src/estimates/costs.ts';
import { createEstimates } from '../../src/estimates/estimates.ts';
import { mergeCosts, readCosts } from '../../src/estimates/learner.ts';
import { makeForecast } from '../../src/estimates/queue/forecast.ts';
import { insertJob, insertTenant } from '../api/rows.ts';
import { accepted, cancel, ended, inline, readJob, submit } from '../api/submitting.ts';
import { graphql, openSubscription } from '../graphql.ts';
import { group, opened, stepwise } from '../jobs/extractors.ts';
import { type Service, startService } from '../service.ts';

const estimate = 'queuePosition estimatedCompletion estimatedCompletionEarliest estimatedCompletionLatest';

/** Tests make forecasts explicitly instead of every two seconds, so that each one knows which forecast it sees. */
let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
});
afterEach(async () => {
  await service.stopWorker();
  await service.platform.database.query(`DELETE FROM jobs WHERE status IN ('PENDING', 'RETRYING')`, []);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

interface Shown {
  queuePosition: number | null;
  estimatedCompletion: string | null;
  estimatedCompletionEarliest: string | null;
  estimatedCompletionLatest: string | null;
}

/** Inserts the row of a live worker with this many slots. */
async function pretendWorker(slots: number): Promise<void> {
  await service.platform.database.query(
    `INSERT INTO workers (id, host, pid, version, concurrency) VALUES ('00000000-0000-7000-8000-00000000000a', 'here', 1, '0', $1)
     ON CONFLICT (id) DO UPDATE SET concurrency = $1, heartbeat_at = now()`,
    [slots],
  );
}

async function noWorker(): Promise<void> {
  await service.platform.database.query('DELETE FROM workers', []);
}

/** The states of jobs as read after a new forecast by a process that has not read any before. */
async function statesAfterForecast(ids: string[]) {
  const { jobs, logger } = service.platform;
  await makeForecast(jobs);
  const states = await createEstimates(jobs, logger).readStates(ids);
  return ids.map((id) => {
    const state = states.find(({ jobId }) => jobId === id);
    if (state === undefined) throw new Error('no such job');
    return state;
  });
}

function expectInOrder({ estimatedCompletion, estimatedCompletionEarliest, estimatedCompletionLatest }: Shown): void {
  expect(estimatedCompletion).not.toBeNull();
  const times = [estimatedCompletionEarliest, estimatedCompletion, estimatedCompletionLatest];
  expect(times).toEqual(times.toSorted());
}

describe('a pending job', () => {
  it('has a queue position and an estimated completion in the response of createJob', async () => {
    await pretendWorker(1);
    await makeForecast(service.platform.jobs);
    const create = `mutation ($input: CreateJobInput!) { createJob(input: $input) { job { ${estimate} } } }`;
    const input = { source: await inline('one-page') };
    const { job } = accepted(await graphql(service.url, create, { input })).createJob;
    expect(job.queuePosition).toBe(1);
    expectInOrder(job);
  });

  it('moves up as the queue drains, and is estimated later the more jobs precede it', async () => {
    await pretendWorker(1);
    const begin = Date.now() - 60_000;
    const rows = [];
    for (let n = 0; n < 5; n += 1) rows.push(await insertJob(service, { createdAt: new Date(begin + n) }));
    const ids = rows.map(({ uuid }) => uuid);
    const before = await statesAfterForecast(ids);
    expect(before.map(({ queuePosition }) => queuePosition)).toEqual([1, 2, 3, 4, 5]);
    const times = before.map((state) => state.estimate?.at ?? '');
    expect(times).toEqual([...new Set(times)].sort());
    await cancel(service, rows[0]?.id ?? '');
    await cancel(service, rows[1]?.id ?? '');
    const [last] = await statesAfterForecast(ids.slice(4));
    expect(last?.queuePosition).toBe(3);
  });

  it('gets a newer state from each forecast that differs', async () => {
    await pretendWorker(1);
    const rows = [await insertJob(service), await insertJob(service)];
    const ids = rows.map(({ uuid }) => uuid).sort();
    const [, first] = await statesAfterForecast(ids);
    const [, same] = await statesAfterForecast(ids);
    await service.platform.database.query('DELETE FROM jobs WHERE id = $1', [ids[0] ?? '']);
    const [next] = await statesAfterForecast(ids.slice(1));
    expect(same?.seq).toBe(first?.seq);
    expect(next?.seq).toBeGreaterThan(first?.seq ?? 0);
    expect(next?.revision).toBe(first?.revision);
  });

  it('has a position but no estimate without a live worker', async () => {
    await noWorker();
    const { uuid } = await insertJob(service);
    const [state] = await statesAfterForecast([uuid]);
    expect(state).toMatchObject({ queuePosition: 1, estimate: null });
  });

  it('is not expected before runAt or its next attempt, and has no position until then', async () => {
    await pretendWorker(4);
    const dueAt = new Date(Date.now() + 3_600_000);
    const later = await insertJob(service, { dueAt });
    const retrying = await insertJob(service, { dueAt, status: 'RETRYING', failureCode: 'DOWNLOAD_FAILED' });
    for (const state of await statesAfterForecast([later.uuid, retrying.uuid])) {
      expect(state.queuePosition).toBeNull();
      expect(Date.parse(state.estimate?.earliest ?? '')).toBeGreaterThanOrEqual(dueAt.getTime());
      expect(state.seq).toBe(0);
    }
  });

  it('has a position once it is due', async () => {
    await pretendWorker(1);
    const old = new Date(Date.now() - 60_000);
    const retrying = await insertJob(service, { dueAt: old, createdAt: old, status: 'RETRYING' });
    const fresh = await insertJob(service);
    const states = await statesAfterForecast([retrying.uuid, fresh.uuid]);
    expect(states.map(({ queuePosition }) => queuePosition)).toEqual([1, 2]);
  });

  it('is not delayed by a thousand jobs of another tenant', async () => {
    await pretendWorker(2);
    const crowd = await insertTenant(service, 'crowd');
    const early = new Date(Date.now() - 60_000);
    const { uuid: first } = await insertJob(service, { tenantId: crowd, createdAt: early });
    await service.platform.database.query(
      `INSERT INTO jobs (id, tenant_id, source_id, options, max_retries, priority, claim_order)
       SELECT gen_random_uuid(), tenant_id, source_id, options, 3, 5, claim_order + n * interval '1 millisecond'
         FROM jobs, generate_series(1, 999) n WHERE id = $1`,
      [first],
    );
    const { uuid } = await insertJob(service);
    const [mine] = await statesAfterForecast([uuid]);
    expect(mine?.queuePosition).toBeLessThanOrEqual(2);
  });

  it('is estimated with learned costs', async () => {
    await pretendWorker(1);
    const { uuid } = await insertJob(service);
    const [before] = await statesAfterForecast([uuid]);
    // For any size of document.
    const slow: CostKey[] = Array.from({ length: 7 }, (_, index) => costKeys.extract('PDFIUM', 4 ** index, 1, false));
    await mergeCosts(
      service.platform.jobs,
      slow.map((key) => ({ ...key, weight: 1_000, mean: Math.log(1_000), variance: 0.01 })),
    );
    const [after] = await statesAfterForecast([uuid]);
    await service.platform.database.query('DELETE FROM costs', []);
    expect(Date.parse(after?.estimate?.at ?? '')).toBeGreaterThan(Date.parse(before?.estimate?.at ?? '') + 100_000);
  });

  it('sends new estimates to its subscribers', async () => {
    await pretendWorker(1);
    const { id } = await submit(service, { source: await inline('one-page') });
    const other = await insertJob(service, { createdAt: new Date(Date.now() - 60_000) });
    await makeForecast(service.platform.jobs);
    const events = await openSubscription(
      service.url,
      `subscription ($id: ID!) { jobProgress(id: $id) { cursor revision status ${estimate} } }`,
      { id },
    );
    const cursors = new Set<string>();
    let cancelled = false;
    for await (const event of events) {
      const state = accepted(event).jobProgress;
      expect(cursors.has(state.cursor)).toBe(false);
      cursors.add(state.cursor);
      expect(state).toMatchObject({ revision: 1, status: 'PENDING' });
      if (state.queuePosition === 2) {
        expectInOrder(state);
        if (!cancelled) await cancel(service, other.id);
        cancelled = true;
        await makeForecast(service.platform.jobs);
      }
      if (cancelled && state.queuePosition === 1) break;
    }
    expect(cursors.size).toBeGreaterThan(1);
  });
});

describe('a running job', () => {
  it('is estimated by its worker without a position, and not at all once it is final', async () => {
    const extractor = stepwise(opened(32), group(1, 16), group(17, 32));
    await service.startWorker({ extractor });
    const { id } = await submit(service, { source: await inline('one-page') });
    const events = await openSubscription(
      service.url,
      `subscription ($id: ID!) { jobProgress(id: $id) { status stage pagesDone progressPercentage ${estimate} } }`,
      { id },
    );
    let expected = 0;
    for await (const event of events) {
      const state = accepted(event).jobProgress;
      if (state.status === 'RUNNING') {
        expect(state.queuePosition).toBeNull();
        if (state.estimatedCompletion !== null) {
          expectInOrder(state);
          expected += 1;
        }
        extractor.step();
      } else if (state.status === 'COMPLETED') {
        expect(state).toMatchObject({
          queuePosition: null,
          estimatedCompletion: null,
          estimatedCompletionEarliest: null,
        });
        expect(state.estimatedCompletionLatest).toBeNull();
      }
    }
    expect(expected).toBeGreaterThan(0);
    expect(await readJob(service, id, estimate)).toEqual({
      queuePosition: null,
      estimatedCompletion: null,
      estimatedCompletionEarliest: null,
      estimatedCompletionLatest: null,
    });
  });

  it('stores its costs', async () => {
    await service.startWorker();
    const { id } = await submit(service, { source: await inline('many-pages') });
    await ended(service, id);
    await service.stopWorker();
    const measures = new Set((await readCosts(service.platform.jobs)).map(({ measure }) => measure));
    for (const measure of ['OPEN', 'EXTRACT', 'STORE', 'PAGES', 'SERVICE', 'ETA_ERROR', 'ETA_COVERAGE'] as const) {
      expect(measures).toContain(measure);
    }
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    expect(metrics).toMatch(/pagehive_eta_error_seconds\{moment="opened",percentile="50"\} \d/);
  });
});

describe('a learned cost', () => {
  it('is the same whether one or two workers observed it', async () => {
    const { jobs, database } = service.platform;
    await database.query('DELETE FROM costs', []);
    const key = costKeys.store();
    const observed = (values: number[]) => {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
      return [{ ...key, weight: values.length, mean, variance }];
    };
    await mergeCosts(jobs, observed([1, 2, 3]));
    await mergeCosts(jobs, observed([5, 9]));
    const [merged] = await readCosts(jobs);
    const [whole] = observed([1, 2, 3, 5, 9]);
    expect(merged?.weight).toBe(5);
    expect(merged?.mean).toBeCloseTo(whole?.mean ?? 0, 9);
    expect(merged?.variance).toBeCloseTo(whole?.variance ?? 0, 9);
    await database.query('DELETE FROM costs', []);
  });
});
