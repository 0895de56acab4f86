import { afterEach, expect, it } from 'vitest';
import type { HealthCheck } from '../../src/ops/health.ts';
import { insertJob, insertTenant } from '../api/rows.ts';
import { accepted, ended, inline, submit } from '../api/submitting.ts';
import { pages, soon } from '../faults/watching.ts';
import { graphql } from '../graphql.ts';
import { deferred } from '../jobs/extractors.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
afterEach(async () => {
  await service[Symbol.asyncDispose]();
});

async function check(name: string): Promise<HealthCheck | undefined> {
  const { health } = accepted(await graphql(service.url, '{ health { checks { name status detail advice } } }'));
  const checks: HealthCheck[] = health.checks;
  return checks.find((each) => each.name === name);
}

/** Inserts a worker with a current heartbeat that does nothing. */
async function insertIdleWorker(): Promise<void> {
  await service.platform.database.query(
    `INSERT INTO workers (id, host, pid, version, concurrency, started_at, heartbeat_at)
     VALUES (gen_random_uuid(), 'h', 1, 'v', 2, now() - interval '1 hour', now() + interval '1 hour')`,
    [],
  );
}

const longAgo = () => new Date(Date.now() - 400_000);

it('an overloaded fleet is DEGRADED for its queue, while its canaries return although all slots are busy', async () => {
  const { promise, resolve } = deferred<void>();
  service = await startService({ config: { concurrency: 1 }, overrides: { extractor: pages(promise) } });
  const { id } = await submit(service, { source: await inline('one-page') });
  await expect.poll(async () => (await check('workers'))?.detail, soon).toBe('1 worker, 1 slot, 1 job running.');
  await insertJob(service, { createdAt: longAgo() });
  // Excludes that the worker looks alive only because it is new, or because of an earlier canary.
  const { database } = service.platform;
  await database.query(`UPDATE workers SET started_at = now() - interval '1 hour'`, []);
  await database.query(`DELETE FROM leases WHERE name = 'canary'`, []);
  await expect.poll(() => check('canary'), soon).toMatchObject({ status: 'OK', detail: 'Workers respond.' });
  expect(await check('queue')).toEqual({
    name: 'queue',
    status: 'DEGRADED',
    detail: expect.stringMatching(
      /^1 job waiting, the first in line for 40\d s, and 1 of 1 slot busy: the fleet is overloaded\.$/,
    ),
    advice: expect.stringContaining('CONCURRENCY'),
  });
  await service.platform.ringer.topUp({ permits: 2, slots: 1 });
  expect(await check('permits')).toMatchObject({
    status: 'OK',
    detail: expect.stringMatching(/^[12] permits? waiting in Redis, 1 job claimable\.$/),
  });
  await database.query(`DELETE FROM jobs WHERE status = 'PENDING'`, []);
  resolve();
  await ended(service, id);
  expect(await check('queue')).toMatchObject({ status: 'OK', detail: 'No job is waiting.' });
});

it('a fleet with heartbeats that does nothing is DEGRADED for its canary and its queue', async () => {
  service = await startService({ worker: false });
  await insertIdleWorker();
  await insertJob(service, { createdAt: longAgo() });
  expect(await check('workers')).toMatchObject({ status: 'OK', detail: '1 worker, 2 slots, 0 jobs running.' });
  expect(await check('canary')).toMatchObject({
    status: 'DEGRADED',
    detail: 'No canary has ever returned from a worker.',
    advice: expect.stringContaining('restart'),
  });
  expect(await check('queue')).toMatchObject({
    status: 'DEGRADED',
    detail: expect.stringMatching(/^1 job waiting, .* no job is claimed although 2 of 2 slots are idle\.$/),
    advice: expect.stringContaining('restart'),
  });
});

it('an idle fleet is DEGRADED for claimable jobs, but not for jobs over the limit of their tenant', async () => {
  service = await startService({ worker: false });
  await insertIdleWorker();
  const { prisma } = service.platform.database;
  const tenantId = await insertTenant(service, 'stopped');
  await prisma.tenant.update({ where: { id: tenantId }, data: { maxRunning: 0 } });
  await insertJob(service, { tenantId, createdAt: longAgo() });
  await insertJob(service, { tenantId, status: 'RETRYING', dueAt: longAgo() });
  expect(await check('queue')).toMatchObject({ status: 'OK', detail: 'No job is waiting.' });
  await prisma.tenant.update({ where: { id: tenantId }, data: { maxRunning: 1 } });
  expect(await check('queue')).toMatchObject({ status: 'DEGRADED', detail: expect.stringMatching(/^2 jobs waiting/) });
});

it('an installation without maintenance or workers names the process to start', async () => {
  service = await startService({ worker: false, maintenance: false });
  expect(await check('maintenance')).toMatchObject({ status: 'DEGRADED', advice: 'Start one: `pagehive maintain`.' });
  expect(await check('workers')).toMatchObject({ status: 'DEGRADED', advice: 'Start one: `pagehive work`.' });
});

it('a worker finds jobs without a wake-up', async () => {
  service = await startService({ maintenance: false, overrides: { extractor: pages() } });
  const { id } = await submit(service, { source: await inline('one-page'), runAt: new Date(Date.now() + 3_600_000) });
  // The job becomes due, but no maintenance runs to wake the worker.
  await service.platform.database.query('UPDATE jobs SET due_at = NULL', []);
  await ended(service, id);
});
