import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { insertJob, insertTenant } from '../api/rows.ts';
import { inline, readJob, submit } from '../api/submitting.ts';
import { type Service, startService } from '../service.ts';
import { claim } from './claiming.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
});
afterEach(async () => {
  await service.platform.database.query('TRUNCATE jobs CASCADE', []);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);
const inMinutes = (minutes: number) => minutesAgo(-minutes);

/** Claims one job at a time until all are claimed; returns their names. */
async function claimedInTurn(): Promise<(string | null)[]> {
  const names = [];
  for (let [next] = await claim(service, 1); next !== undefined; [next] = await claim(service, 1))
    names.push(next.name);
  return names;
}

describe('a claim', () => {
  it('takes the oldest job first', async () => {
    for (const name of ['first', 'second', 'third']) await submit(service, { source: await inline('one-page'), name });
    expect(await claimedInTurn()).toEqual(['first', 'second', 'third']);
  });

  it('counts a step of priority like ten minutes of waiting', async () => {
    const submitAt = async (name: string, priority: number, minutes: number) => {
      const { id } = await submit(service, { source: await inline('one-page'), name, priority });
      await service.platform.database.query(
        `UPDATE jobs SET claim_order = claim_order - $2 * interval '1 minute' WHERE name = $1`,
        [name, minutes],
      );
      return id;
    };
    await submitAt('normal', 5, 0);
    await submitAt('last', 9, 0);
    await submitAt('normal, waits for 45 minutes', 5, 45);
    await submitAt('first', 0, 0);
    await submitAt('normal, waits for 55 minutes', 5, 55);
    expect(await claimedInTurn()).toEqual([
      'normal, waits for 55 minutes',
      'first',
      'normal, waits for 45 minutes',
      'normal',
      'last',
    ]);
  });

  it.each([
    ['waiting', 'NULL'],
    ['due', `now() - interval '1 hour'`],
  ])('reads about as many blocks among a hundred thousand %s rows as among a hundred', async (_, dueAt) => {
    const { database } = service.platform;
    const crowd = await insertTenant(service, 'crowd');
    const { sourceUuid } = await insertJob(service, { tenantId: crowd });
    const blocksRead = async (rows: number) => {
      for (let left = rows; left > 0; left -= 10_000) {
        await database.query(
          `INSERT INTO jobs (id, tenant_id, source_id, options, priority, max_retries, claim_order, due_at)
           SELECT gen_random_uuid(), $1, $2, '{}', 5, 3, now() + n * interval '1 second', ${dueAt} FROM generate_series(1, $3::int) n`,
          [crowd, sourceUuid, Math.min(left, 10_000)],
        );
      }
      await database.query('ANALYZE jobs', []);
      const [answer] = await database.query<{ 'QUERY PLAN': { Plan: Record<string, number> }[] }>(
        `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM claim_jobs(gen_random_uuid(), 8, interval '10 s')`,
        [],
      );
      const plan = answer?.['QUERY PLAN'][0]?.Plan;
      expect(plan?.['Actual Rows']).toBe(8);
      return Number(plan?.['Shared Hit Blocks']) + Number(plan?.['Shared Read Blocks']);
    };
    const few = await blocksRead(100);
    expect(await blocksRead(100_000)).toBeLessThan(2 * few);
  });

  it('does not take a row before its runAt', async () => {
    const soon = await submit(service, { source: await inline('one-page'), name: 'later', runAt: inMinutes(1) });
    await submit(service, { source: await inline('one-page'), name: 'was due', runAt: minutesAgo(1) });
    expect(await claimedInTurn()).toEqual(['was due']);
    expect((await readJob(service, soon.id, 'status runAt')).runAt).not.toBeNull();
    await service.platform.database.query(
      `UPDATE jobs SET due_at = now() - interval '1 second' WHERE name = 'later'`,
      [],
    );
    expect(await claimedInTurn()).toEqual(['later']);
    expect(await readJob(service, soon.id, 'status runAt nextRetryAt')).toEqual({
      status: 'RUNNING',
      runAt: null,
      nextRetryAt: null,
    });
  });

  it('takes a retry once it is due', async () => {
    await insertJob(service, { status: 'RETRYING', name: 'not due', dueAt: inMinutes(1) });
    await insertJob(service, { status: 'RETRYING', name: 'due', dueAt: minutesAgo(1) });
    expect(await claimedInTurn()).toEqual(['due']);
  });

  it('does not take rows that have ended', async () => {
    for (const status of ['COMPLETED', 'FAILED', 'CANCELLED'] as const) await insertJob(service, { status });
    await insertJob(service, { name: 'mine' });
    expect(await claimedInTurn()).toEqual(['mine']);
  });

  it('returns the updated row, leased to the worker', async () => {
    const { uuid, id } = await insertJob(service, { name: 'n' });
    const workerId = '018f0000-0000-7000-8000-000000000001';
    const [held] = await claim(service, 1, workerId);
    expect(held).toMatchObject({
      id: uuid,
      status: 'RUNNING',
      stage: 'DOWNLOAD',
      revision: 2,
      progressSeq: 0,
      attempt: 1,
      percent: 0,
      workerId,
    });
    const job = await readJob(
      service,
      id,
      'status stage revision workerId startedAt lastHeartbeat attempts { number workerId finishedAt }',
    );
    expect(job).toMatchObject({
      status: 'RUNNING',
      revision: 2,
      workerId: expect.stringMatching(/^worker_/),
      attempts: [{ number: 1, workerId: job.workerId, finishedAt: null }],
    });
  });

  it('takes every row exactly once under concurrency', async () => {
    const rows = [];
    for (let n = 0; n < 60; n += 1) rows.push(await insertJob(service, { name: `row ${n}` }));
    const taken: string[] = [];
    const claimer = async (slots: number) => {
      for (let claims = await claim(service, slots); claims.length > 0; claims = await claim(service, slots)) {
        expect(claims.length).toBeLessThanOrEqual(slots);
        taken.push(...claims.map(({ id }) => id));
      }
    };
    await Promise.all([1, 2, 3, 1, 2, 3, 5, 8].map(claimer));
    expect(taken).toHaveLength(60);
    expect([...taken].sort()).toEqual(rows.map(({ uuid }) => uuid).sort());
  });

  it('racing a cancellation takes the row before it or not at all', async () => {
    const { cancelJob } = await import('../../src/jobs/cancel.ts');
    for (let n = 0; n < 20; n += 1) {
      const { uuid } = await insertJob(service);
      const { jobs, database } = service.platform;
      const { tenantId } = await database.prisma.job.findUniqueOrThrow({ where: { id: uuid } });
      const [claims] = await Promise.all([claim(service, 1), cancelJob(jobs, tenantId, uuid)]);
      const { status, revision, attempt } = await database.prisma.job.findUniqueOrThrow({ where: { id: uuid } });
      expect({ status, revision, attempt }).toEqual({
        status: 'CANCELLED',
        revision: 2 + claims.length,
        attempt: claims.length,
      });
    }
  });
});
