import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Claim } from '../../src/jobs/claim.ts';
import { completeJob } from '../../src/jobs/lifecycle.ts';
import { insertJob, insertTenant } from '../api/rows.ts';
import { type Service, startService } from '../service.ts';
import { claim, completion } from './claiming.ts';

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

/** Claims one job and completes it, so that nothing runs at the next claim. */
async function claimedAndCompleted(): Promise<Claim> {
  const [held] = await claim(service, 1);
  if (held === undefined) throw new Error('nothing was claimable');
  await completeJob(service.platform.jobs, held, completion(1));
  return held;
}

describe('a claim', () => {
  it('is shared fairly among tenants: one job does not wait for thousands of another tenant', async () => {
    const [crowd, single] = [await insertTenant(service, 'crowd'), await insertTenant(service, 'single')];
    for (let n = 0; n < 10; n += 1)
      await insertJob(service, { tenantId: crowd, name: `crowd ${n}`, createdAt: minutesAgo(60 - n) });
    await insertJob(service, { tenantId: single, name: 'single 0' });
    await insertJob(service, { tenantId: single, name: 'single 1' });
    const names = (await claim(service, 4)).map(({ name }) => name);
    expect(names.slice(0, 2).sort()).toEqual(['crowd 0', 'single 0']);
    expect(names.slice(2).sort()).toEqual(['crowd 1', 'single 1']);
  });

  it('alternates among tenants with equally many running jobs, regardless of the age of their rows', async () => {
    const tenants = await Promise.all(['crowd', 'many', 'few'].map((name) => insertTenant(service, name)));
    for (const [age, tenantId] of tenants.entries()) {
      for (let n = 0; n < 4; n += 1)
        await insertJob(service, { tenantId, name: `${age} ${n}`, createdAt: minutesAgo(500 - 100 * age - n) });
    }
    const turns: string[] = [];
    for (let n = 0; n < 9; n += 1) turns.push((await claimedAndCompleted()).tenantId);
    for (const round of [0, 3, 6]) expect(new Set(turns.slice(round, round + 3)).size).toBe(3);
    // A late tenant waits for one turn at most.
    const late = await insertTenant(service, 'late');
    await insertJob(service, { tenantId: late, name: 'late' });
    const names: (string | null)[] = [];
    for (let n = 0; n < 4; n += 1) names.push((await claimedAndCompleted()).name);
    expect(names).toContain('late');
  });

  it('shares due rows the same way, and is not held up by a tenant at its limit', async () => {
    const { database } = service.platform;
    const tenants = await Promise.all(['stopped', 'crowd', 'single'].map((name) => insertTenant(service, name)));
    const [stopped = '', crowd = '', single = ''] = tenants;
    await database.prisma.tenant.update({ where: { id: stopped }, data: { maxRunning: 0 } });
    for (const tenantId of [stopped, crowd]) {
      const { uuid } = await insertJob(service, { tenantId, dueAt: minutesAgo(60) });
      await database.query(
        `INSERT INTO jobs (id, tenant_id, source_id, options, priority, max_retries, claim_order, due_at)
         SELECT gen_random_uuid(), tenant_id, source_id, '{}', 5, 3, claim_order, due_at FROM jobs, generate_series(1, 300) WHERE id = $1`,
        [uuid],
      );
    }
    await insertJob(service, { tenantId: single, status: 'RETRYING', dueAt: minutesAgo(1) });
    expect((await claim(service, 2)).map(({ tenantId }) => tenantId).sort()).toEqual([crowd, single].sort());
  });

  it('counts the running jobs of a tenant', async () => {
    const [busy, idle] = [await insertTenant(service, 'busy'), await insertTenant(service, 'idle')];
    for (let n = 0; n < 5; n += 1)
      await insertJob(service, { tenantId: busy, name: `busy ${n}`, createdAt: minutesAgo(90 - n) });
    await claim(service, 3);
    await insertJob(service, { tenantId: idle, name: 'idle' });
    expect((await claim(service, 1)).map(({ name }) => name)).toEqual(['idle']);
  });

  it('gives the next free slots to tenants without running jobs, however many jobs another tenant has', async () => {
    const { database } = service.platform;
    const crowd = await insertTenant(service, 'crowd');
    const { uuid } = await insertJob(service, { tenantId: crowd, name: 'crowd', createdAt: minutesAgo(600) });
    await database.query(
      `INSERT INTO jobs (id, tenant_id, source_id, options, priority, max_retries, claim_order, name)
       SELECT gen_random_uuid(), tenant_id, source_id, '{}', 0, 3, claim_order - n * interval '1 second', name
         FROM jobs, generate_series(1, 5000) n WHERE id = $1`,
      [uuid],
    );
    // All slots are taken.
    const held = await claim(service, 6);
    expect(held.map(({ name }) => name)).toEqual(held.map(() => 'crowd'));
    for (const name of ['first', 'second', 'third']) {
      await insertJob(service, { tenantId: await insertTenant(service, name), name });
    }
    const next: (string | null)[] = [];
    for (const each of held) {
      await completeJob(service.platform.jobs, each, completion(1));
      next.push(...(await claim(service, 1)).map(({ name }) => name));
    }
    expect(next.slice(0, 3).sort()).toEqual(['first', 'second', 'third']);
    expect(next.slice(3)).toEqual(['crowd', 'crowd', 'crowd']);
  });

  it('never exceeds the limit of a tenant under concurrency, and gives the slots to other tenants', async () => {
    const tenants = await Promise.all(['three', 'five', 'none', 'any'].map((name) => insertTenant(service, name)));
    const most = [3, 5, 0, null];
    const { prisma } = service.platform.database;
    for (const [index, id] of tenants.entries()) {
      await prisma.tenant.update({ where: { id }, data: { maxRunning: most[index] ?? null } });
      for (let n = 0; n < 40; n += 1) await insertJob(service, { tenantId: id });
    }
    const claims = (await Promise.all(Array.from({ length: 32 }, () => claim(service, 1)))).flat();
    const taken = tenants.map((id) => claims.filter(({ tenantId }) => tenantId === id).length);
    expect(taken).toEqual([3, 5, 0, 24]);
    // Once a job ends, one more may run.
    const ended = claims.find(({ tenantId }) => tenantId === tenants[0]);
    if (ended === undefined) throw new Error('nothing was claimed');
    await completeJob(service.platform.jobs, ended, completion(1));
    const next = (await Promise.all(Array.from({ length: 32 }, () => claim(service, 1)))).flat();
    expect(next.filter(({ tenantId }) => tenantId === tenants[0])).toHaveLength(1);
    expect(next).toHaveLength(17);
  });
});
