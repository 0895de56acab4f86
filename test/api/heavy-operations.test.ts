import pg from 'pg';
import { expect, it } from 'vitest';
import { graphql } from '../graphql.ts';
import { bearer, issueKey } from '../keys/asking.ts';
import { startService } from '../service.ts';
import { openLocks } from './locks.ts';
import { insertJob, insertPages, insertTenant } from './rows.ts';

it('heavy queries take turns, and leave connections for light ones', async () => {
  await using service = await startService({ worker: false, maintenance: false });
  await using locks = await openLocks(service);
  const job = await insertJob(service, { status: 'COMPLETED' });
  await insertPages(service, job, ['text']);
  const release = await locks.hold('pages');
  const heavy = '{ jobs(first: 100) { nodes { pages(first: 100) { nodes { number } } } } }';
  const answers = Array.from({ length: 20 }, () => graphql(service.url, heavy));
  await expect.poll(() => locks.waiting()).toBeGreaterThan(0);
  for (let n = 0; n < 5; n += 1) {
    const { data } = await graphql(service.url, '{ jobs(first: 1) { nodes { id } } }');
    expect(data.jobs.nodes).toHaveLength(1);
    // All of them come from one address, so only one of its heavy queries runs.
    expect(await locks.waiting()).toBeLessThanOrEqual(1);
  }
  await release();
  for (const { data, errors } of await Promise.all(answers)) {
    if (errors === undefined) expect(data.jobs.nodes).toHaveLength(1);
    else expect(errors[0]?.extensions.code).toMatch(/^(OVERLOADED|DEADLINE_EXCEEDED)$/);
  }
});

it.each([5, 10])('mutations of one client leave a connection to others, of %d', async (databaseConnections) => {
  await using service = await startService({ config: { databaseConnections }, worker: false, maintenance: false });
  await using locks = await openLocks(service);
  const job = await insertJob(service);
  const holder = new pg.Client({ connectionString: service.config.databaseUrl ?? '' });
  await holder.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT 1 FROM jobs WHERE id = $1 FOR UPDATE', [job.uuid]);
  const authorization = bearer(await issueKey(service, ['READ', 'WRITE']));
  const tenantId = await insertTenant(service, 'another');
  const other = { authorization: bearer(await issueKey(service, ['READ', 'WRITE'], { tenantId })) };
  const cancel = `mutation { cancelJob(id: "${job.id}") { job { status } } }`;
  const cancelled = Array.from({ length: 8 }, () => graphql(service.url, cancel, {}, { authorization }));
  await expect.poll(() => locks.waiting()).toBeGreaterThan(0);
  const create = 'mutation { createUpload(input: { filename: "a.pdf" }) { upload { id } } }';
  for (let n = 0; n < 3; n += 1) {
    const { errors } = await graphql(service.url, create, {}, other);
    expect(errors).toBeUndefined();
  }
  await holder.query('COMMIT');
  await holder.end();
  for (const { data } of await Promise.all(cancelled)) expect(data.cancelJob.job.status).toBe('CANCELLED');
});
