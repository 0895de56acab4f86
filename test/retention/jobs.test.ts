import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { defaultTenantId } from '../../src/api/context.ts';
import { archiveJob } from '../../src/archive/archive-job.ts';
import { restoreJob } from '../../src/archive/restore-job.ts';
import { defaultClientLimits } from '../../src/config/client-limits.ts';
import { createJobArchiver, createJobExpirer } from '../../src/maintenance/expirers.ts';
import { deleteExpiredJobs } from '../../src/retention/delete-jobs.ts';
import { insertJob, insertTenant } from '../api/rows.ts';
import { cancel, ended, inline, readJob, storedKeys, submit } from '../api/submitting.ts';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ maintenance: false });
});
afterEach(async () => {
  await service.platform.database.query('TRUNCATE jobs, archived_jobs, sources CASCADE', []);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

/** Deletes expired jobs. `jobsDays` is the retention of the installation. */
async function expire(jobsDays: number | null = null): Promise<void> {
  const config = { ...service.config, clientLimits: { ...defaultClientLimits, jobsDays } };
  await createJobExpirer({ ...service.platform, config }).runOnce();
}

/** Archives old jobs. `archiveDays` is the age of the installation. */
async function archive(archiveDays: number | null = null): Promise<void> {
  const config = { ...service.config, clientLimits: { ...defaultClientLimits, archiveDays } };
  await createJobArchiver({ ...service.platform, config }).runOnce();
}

/** Moves everything that happened to jobs into the past. */
async function pass(interval: string): Promise<void> {
  const past = (columns: string[]) => columns.map((column) => `${column} = ${column} - interval '${interval}'`).join();
  const { database } = service.platform;
  await database.query(`UPDATE jobs SET ${past(['finished_at', 'expires_at', 'restored_at'])}`, []);
  await database.query(`UPDATE archived_jobs SET ${past(['finished_at', 'expires_at'])}`, []);
}

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);

async function left(): Promise<string[]> {
  const rows = await service.platform.database.query<{ id: string }>('SELECT id FROM jobs ORDER BY id', []);
  return rows.map(({ id }) => id);
}

const retry = (id: string) => graphql(service.url, 'mutation ($id: ID!) { retryJob(id: $id) { job { id } } }', { id });

describe('a job with expireAfterSeconds', () => {
  it('is deleted with its results, files and document that long after its end', async () => {
    const options = { expireAfterSeconds: 3_600, thumbnails: true };
    const { id } = await submit(service, { source: await inline('one-page'), options });
    await ended(service, id);
    const job = await readJob(service, id, 'finishedAt expiresAt options { expireAfterSeconds }');
    expect(Date.parse(job.expiresAt) - Date.parse(job.finishedAt)).toBe(3_600_000);
    expect(job.options.expireAfterSeconds).toBe(3_600);
    await pass('59 minutes');
    await expire();
    expect(await storedKeys(service)).toHaveLength(2);
    await pass('2 minutes');
    await expire();
    expect([await left(), await storedKeys(service)]).toEqual([[], []]);
    expect(await service.platform.database.prisma.page.count()).toBe(0);
  });

  it.each(['FAILED', 'CANCELLED'])('is deleted when it is %s, too', async (status) => {
    const source = status === 'FAILED' ? { base64: 'bm8gUERG' } : await inline('one-page');
    const runAt = status === 'FAILED' ? null : daysAgo(-1);
    const { id } = await submit(service, { source, options: { expireAfterSeconds: 60 }, runAt });
    if (status === 'CANCELLED') await cancel(service, id);
    await ended(service, id);
    expect(await readJob(service, id, 'status expiresAt')).toEqual({ status, expiresAt: expect.any(String) });
    await pass('2 minutes');
    await expire();
    expect(await left()).toEqual([]);
  });

  it('does not expire while a retry runs, and then anew', async () => {
    const input = { source: await inline('one-page'), options: { expireAfterSeconds: 60 }, runAt: daysAgo(-1) };
    const { id } = await submit(service, input);
    await cancel(service, id);
    await service.stopWorker();
    await pass('2 minutes');
    await retry(id);
    expect(await readJob(service, id, 'expiresAt')).toEqual({ expiresAt: null });
    await expire();
    expect(await left()).toHaveLength(1);
    await service.startWorker();
    await ended(service, id);
    expect(await readJob(service, id, 'expiresAt')).toEqual({ expiresAt: expect.any(String) });
  });

  it.each([0, -1, 315_360_001])('cannot have %d seconds', async (expireAfterSeconds) => {
    const query = 'mutation ($input: CreateJobInput!) { createJob(input: $input) { job { id } } }';
    const input = { source: await inline('one-page'), options: { expireAfterSeconds } };
    const { errors } = await graphql(service.url, query, { input });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
  });
});

describe('final jobs', () => {
  it('are kept for the days of the installation, or those of their tenant', async () => {
    const tenants = [await insertTenant(service, 'longer'), await insertTenant(service, 'shorter')];
    const [longer, shorter] = tenants;
    const { prisma } = service.platform.database;
    await prisma.tenant.update({ where: { id: longer }, data: { limits: { jobsDays: 100 } } });
    await prisma.tenant.update({ where: { id: shorter }, data: { limits: { jobsDays: 5 } } });
    const kept = [];
    for (const [tenantId, days] of [
      [defaultTenantId, 30],
      [longer, 100],
      [shorter, 5],
    ] as const) {
      const young = { tenantId, status: 'COMPLETED', finishedAt: daysAgo(days - 0.1) } as const;
      kept.push((await insertJob(service, young)).uuid);
      await insertJob(service, { ...young, finishedAt: daysAgo(days + 0.1) });
      kept.push((await insertJob(service, { tenantId, status: 'PENDING', createdAt: daysAgo(1_000) })).uuid);
    }
    await expire(30);
    expect(await left()).toEqual(kept.sort());
  });

  it('are kept for ever by default', async () => {
    const { uuid } = await insertJob(service, { status: 'FAILED', finishedAt: daysAgo(10_000) });
    await expire();
    expect(await left()).toEqual([uuid]);
  });

  it('of one tenant do not wait for the many of others', async () => {
    const expiresAt = daysAgo(1);
    const ended = { status: 'CANCELLED', createdAt: daysAgo(3) } as const;
    for (const own of [{ expiresAt, finishedAt: daysAgo(2) }, { finishedAt: daysAgo(40) }])
      for (let count = 0; count < 120; count++) await insertJob(service, { ...ended, ...own });
    const few = await insertTenant(service, 'few');
    const others = [
      await insertJob(service, { ...ended, tenantId: few, finishedAt: daysAgo(2), expiresAt: daysAgo(0.5) }),
      await insertJob(service, { ...ended, tenantId: few, finishedAt: daysAgo(31) }),
    ].map(({ uuid }) => uuid);
    const config = { clientLimits: { ...defaultClientLimits, jobsDays: 30 } };
    await deleteExpiredJobs({ ...service.platform, config });
    const remaining = await left();
    expect(remaining.length).toBeGreaterThan(100);
    expect(remaining.filter((id) => others.includes(id))).toEqual([]);
  });

  it('are all deleted, even if one tenant has many', async () => {
    for (let count = 0; count < 60; count++)
      await insertJob(service, { status: 'CANCELLED', finishedAt: daysAgo(2), createdAt: daysAgo(3) });
    await expire(1);
    expect(await left()).toEqual([]);
  });
});

describe('old jobs', () => {
  const archived = async () =>
    (await service.platform.database.prisma.archivedJob.findMany({ orderBy: { id: 'asc' } })).map(({ id }) => id);

  it('move to the archive after the days of the installation, or those of their tenant', async () => {
    const sooner = await insertTenant(service, 'sooner');
    await service.platform.database.prisma.tenant.update({
      where: { id: sooner },
      data: { limits: { archiveDays: 5 } },
    });
    const old = [];
    for (const [tenantId, days] of [
      [defaultTenantId, 30],
      [sooner, 5],
    ] as const) {
      await insertJob(service, { tenantId, status: 'COMPLETED', finishedAt: daysAgo(days - 0.1) });
      old.push((await insertJob(service, { tenantId, status: 'FAILED', finishedAt: daysAgo(days + 0.1) })).uuid);
    }
    await archive(30);
    expect(await archived()).toEqual(old.sort());
    await archive();
    expect(await archived()).toHaveLength(2);
  });

  it('stay out of the archive for as long again after a restore', async () => {
    const { uuid } = await insertJob(service, { status: 'COMPLETED', finishedAt: daysAgo(31) });
    await archive(30);
    await restoreJob(service.platform, uuid);
    await archive(30);
    expect(await left()).toEqual([uuid]);
    await pass('31 days');
    await archive(30);
    expect([await left(), await archived()]).toEqual([[], [uuid]]);
  });

  it('are deleted from the archive with all files when their time is over', async () => {
    const before = await storedKeys(service);
    const kept = await insertJob(service, { status: 'COMPLETED', finishedAt: daysAgo(40) });
    for (const options of [{ expireAfterSeconds: 3_600 }, {}]) {
      const { id } = await submit(service, {
        source: await inline('attachment'),
        options: { ...options, thumbnails: true },
      });
      await ended(service, id);
    }
    await pass('10 minutes');
    await archive(null);
    for (const uuid of await left()) await archiveJob(service.platform, defaultTenantId, uuid);
    expect(await archived()).toHaveLength(3);
    await pass('55 minutes');
    await expire();
    expect(await archived()).toHaveLength(2);
    await pass('30 days');
    await expire(60);
    expect(await archived()).not.toContain(kept.uuid);
    await expire(30);
    expect([await archived(), await storedKeys(service)]).toEqual([[], before]);
    // Uploads without an expiry stay.
    expect(await service.platform.database.prisma.source.findMany()).toMatchObject([{ id: kept.sourceUuid }]);
  });
});
