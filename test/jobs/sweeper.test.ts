import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { countClaimable } from '../../src/fleet/count-claimable.ts';
import { newUuid } from '../../src/ids.ts';
import { createSweeper } from '../../src/maintenance/sweeper.ts';
import { insertJob, insertTenant } from '../api/rows.ts';
import { type Service, startService } from '../service.ts';
import { claim } from './claiming.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
  // A live worker that takes no wake-ups, so that those sent by the sweeper can be counted.
  await service.platform.database.query(
    `INSERT INTO workers (id, host, pid, version, concurrency, heartbeat_at) VALUES ($1, 'h', 1, 'v', 8, now() + interval '1 hour')`,
    [newUuid()],
  );
});
afterEach(async () => {
  await service.platform.database.query('TRUNCATE jobs CASCADE', []);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const aMinuteAgo = () => new Date(Date.now() - 60_000);

/** Creates a tenant with pending and due jobs, at most `maxRunning` of which may run at once. */
async function tenantWith(maxRunning: number | null, waiting: number, due = 0): Promise<string> {
  const tenantId = await insertTenant(service, `at most ${maxRunning}`);
  await service.platform.database.prisma.tenant.update({ where: { id: tenantId }, data: { maxRunning } });
  for (let n = 0; n < waiting; n += 1) await insertJob(service, { tenantId });
  for (let n = 0; n < due; n += 1) await insertJob(service, { tenantId, status: 'RETRYING', dueAt: aMinuteAgo() });
  return tenantId;
}

/** Runs a sweep and returns the number of wake-ups it sends. */
async function swept(): Promise<number> {
  const before = await service.platform.ringer.waiting();
  await createSweeper(service.platform).runOnce(0);
  return (await service.platform.ringer.waiting()) - before;
}

describe('the sweeper', () => {
  it('wakes no worker for jobs that exceed the limit of their tenant', async () => {
    await tenantWith(0, 5, 5);
    expect(await swept()).toBe(0);
    const full = await tenantWith(2, 6);
    expect(await claim(service, 8)).toHaveLength(2);
    expect(await swept()).toBe(0);
    await service.platform.database.prisma.tenant.update({ where: { id: full }, data: { maxRunning: 3 } });
    expect(await swept()).toBe(1);
  });

  it('counts the claimable jobs of each tenant, pending or due, up to the idle slots', async () => {
    const count = (limit: number) => countClaimable(service.platform.jobs, limit);
    await tenantWith(2, 1, 3);
    expect(await count(100)).toBe(2);
    await tenantWith(10, 1, 2);
    expect(await count(100)).toBe(5);
    await tenantWith(null, 30);
    expect(await count(100)).toBe(35);
    expect(await count(4)).toBe(4);
    expect(await claim(service, 100)).toHaveLength(35);
    expect(await count(100)).toBe(0);
  });
});
