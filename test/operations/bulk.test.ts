import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { JobError } from '../../src/errors.ts';
import { decodeId, encodeId, newUuid, nilUuid } from '../../src/ids.ts';
import { accepted, ended, inline, readJob, refused, submit } from '../api/submitting.ts';
import { graphql } from '../graphql.ts';
import { copyJob } from '../jobs/copy-job.ts';
import { extractorOf, group, opened } from '../jobs/extractors.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false });
});
afterEach(async () => {
  await service.stopWorker();
});
beforeEach(async () => {
  await service.platform.database.prisma.job.deleteMany();
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const fields = 'id kind status filter priority matched examined changed skipped createdAt finishedAt failingSince';

function request(mutation: string, filter: Record<string, unknown>, more: Record<string, unknown> = {}) {
  const type = mutation === 'setPriority' ? 'SetPriorityInput' : 'BulkInput';
  const query = `mutation ($input: ${type}!) { ${mutation}(input: $input) { count operation { ${fields} } } }`;
  return graphql(service.url, query, { input: { filter, ...more } });
}

async function read(id: string) {
  return accepted(await graphql(service.url, `{ node(id: "${id}") { ... on BulkOperation { ${fields} } } }`)).node;
}

/** Confirms the count of a dry run, and waits for the end. */
async function run(mutation: string, filter: Record<string, unknown>, more: Record<string, unknown> = {}) {
  const dry = accepted(await request(mutation, filter, more))[mutation];
  expect(dry.operation).toBeNull();
  const { operation } = accepted(await request(mutation, filter, { ...more, expectedCount: dry.count }))[mutation];
  await expect.poll(() => read(operation.id)).toMatchObject({ status: 'COMPLETED' });
  return await read(operation.id);
}

/** Submits jobs that wait, because no worker runs. */
async function waiting(count: number, input: Record<string, unknown> = {}): Promise<string[]> {
  const source = await inline('one-page');
  const jobs = await Promise.all(Array.from({ length: count }, () => submit(service, { source, ...input })));
  return jobs.map(({ id }) => id);
}

describe('a dry run', () => {
  it('counts the jobs that match all conditions, and changes nothing', async () => {
    const [first, second] = await waiting(2, { name: 'Größe 1' });
    await waiting(1, { name: 'other' });
    const count = async (filter: Record<string, unknown>) =>
      accepted(await request('cancelJobs', filter)).cancelJobs.count;
    expect(await count({})).toBe(3);
    expect(await count({ name: 'GRÖSSE' })).toBe(2);
    expect(await count({ jobs: [first, second], status: ['PENDING'] })).toBe(2);
    expect(await count({ status: ['RUNNING'] })).toBe(0);
    expect(await count({ failureCode: ['PDF_DAMAGED'] })).toBe(0);
    expect(await count({ batch: encodeId('batch', newUuid()) })).toBe(0);
    expect(await count({ batch: 'nonsense' })).toBe(0);
    expect(await count({ tenant: encodeId('tenant', newUuid()) })).toBe(0);
    expect(await count({ createdAfter: new Date(Date.now() + 60_000) })).toBe(0);
    expect(await count({ createdBefore: new Date(Date.now() - 60_000) })).toBe(0);
    expect(accepted(await request('retryJobs', {})).retryJobs.count).toBe(0);
    expect(accepted(await request('deleteJobs', {})).deleteJobs.count).toBe(0);
    expect(await readJob(service, first ?? '', 'status')).toEqual({ status: 'PENDING' });
  });

  it('refuses statuses that the operation cannot change, and empty lists', async () => {
    for (const [mutation, filter] of [
      ['retryJobs', { status: ['COMPLETED'] }],
      ['cancelJobs', { status: ['FAILED'] }],
      ['deleteJobs', { status: ['RUNNING'] }],
      ['setPriority', { status: ['RUNNING'] }],
      ['cancelJobs', { jobs: [] }],
      ['cancelJobs', { status: [] }],
    ] as const) {
      const error = refused(await request(mutation, filter, mutation === 'setPriority' ? { priority: 1 } : {}));
      expect(error.extensions?.code, mutation).toBe('BAD_USER_INPUT');
    }
    const error = refused(await request('setPriority', {}, { priority: 10 }));
    expect(error.extensions).toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ path: ['input', 'priority'] }] });
  });
});

describe('a bulk operation', () => {
  it('does not start if more jobs match than were confirmed', async () => {
    const [id] = await waiting(2);
    const error = refused(await request('cancelJobs', {}, { expectedCount: 1 }));
    expect(error.extensions?.code).toBe('COUNT_CHANGED');
    expect(error.message).toMatch('2 jobs match now, more than the expected 1. Nothing was changed.');
    expect(await readJob(service, id ?? '', 'status')).toEqual({ status: 'PENDING' });
  });

  it('cancels, retries and deletes jobs, and says so in the audit log', async () => {
    const ids = await waiting(3, { name: 'all' });
    const [kept] = await waiting(1, { name: 'kept' });
    const cancelled = await run('cancelJobs', { name: 'all' });
    expect(cancelled).toMatchObject({ kind: 'CANCEL', matched: 3, changed: 3, skipped: 0, filter: { name: 'all' } });
    expect(cancelled.examined).toBeGreaterThanOrEqual(4);
    for (const id of ids) expect(await readJob(service, id, 'status')).toEqual({ status: 'CANCELLED' });
    expect(accepted(await request('retryJobs', {})).retryJobs.count).toBe(0);
    expect(await run('retryJobs', { status: ['CANCELLED'] })).toMatchObject({ changed: 3, matched: 3 });
    for (const id of ids) expect(await readJob(service, id, 'status')).toEqual({ status: 'PENDING' });
    await run('cancelJobs', { jobs: ids });
    expect(await run('deleteJobs', { status: ['CANCELLED'] })).toMatchObject({ changed: 3 });
    for (const id of ids) expect(await readJob(service, id, 'status')).toBeNull();
    expect(await readJob(service, kept ?? '', 'status')).toEqual({ status: 'PENDING' });
    const { auditLog } = accepted(
      await graphql(service.url, `{ auditLog(filter: { target: "${cancelled.id}" }) { nodes { action outcome } } }`),
    );
    expect(auditLog.nodes).toEqual([{ action: 'cancelJobs', outcome: 'OK' }]);
  });

  it('retries only failed jobs of a code, and removes the files of deleted ones', async () => {
    const failures = ['PDF_DAMAGED', 'PDF_ENCRYPTED'] as const;
    let n = 0;
    await service.startWorker({
      extractor: extractorOf(async function* () {
        const code = failures[n];
        n += 1;
        yield opened(1);
        if (code !== undefined) throw new JobError(code);
        yield group(1, 1);
      }),
    });
    const source = await inline('one-page');
    const first = await submit(service, { source });
    await ended(service, first.id);
    const second = await submit(service, { source });
    await ended(service, second.id);
    expect(await run('retryJobs', { failureCode: ['PDF_DAMAGED'] })).toMatchObject({ changed: 1 });
    await expect.poll(() => readJob(service, first.id, 'status')).toEqual({ status: 'COMPLETED' });
    expect(await readJob(service, second.id, 'status')).toEqual({ status: 'FAILED' });
    const { storage, database } = service.platform;
    const sources = await database.query<{ key: string }>(
      'SELECT DISTINCT s.storage_key AS key FROM sources s JOIN jobs j ON j.source_id = s.id',
      [],
    );
    const stored = () => Promise.all(sources.map(async ({ key }) => (await storage.stat(key)) !== null));
    expect(await stored()).toEqual([true, true]);
    expect(await run('deleteJobs', {})).toMatchObject({ changed: 2 });
    await expect.poll(stored).toEqual([false, false]);
  });

  it('gives waiting jobs another place in the queue', async () => {
    const [first, second] = [...(await waiting(1)), ...(await waiting(1))];
    const { database } = service.platform;
    expect(await run('setPriority', { jobs: [second] }, { priority: 0 })).toMatchObject({
      kind: 'PRIORITIZE',
      priority: 0,
      changed: 1,
    });
    expect(await readJob(service, second ?? '', 'priority')).toEqual({ priority: 0 });
    const claimed = await database.query<{ id: string }>(`SELECT id FROM claim_jobs($1, 1, interval '10 seconds')`, [
      newUuid(),
    ]);
    expect(claimed.map(({ id }) => encodeId('job', id))).toEqual([second]);
    expect(await readJob(service, first ?? '', 'status')).toEqual({ status: 'PENDING' });
  });

  it('changes thousands of jobs in parts, is cancelled between them, and skips jobs that others hold', async () => {
    await waiting(1);
    await run('cancelJobs', {});
    const { prisma } = service.platform.database;
    const { id } = await prisma.job.findFirstOrThrow();
    await copyJob(service.platform.database, id, 1_500);
    const { deleteJobs } = accepted(await request('deleteJobs', {}, { expectedCount: 1_501 }));
    expect(deleteJobs.count).toBe(1_501);
    await expect.poll(async () => (await read(deleteJobs.operation.id)).changed, { interval: 20 }).toBeGreaterThan(0);
    const stop = () =>
      graphql(
        service.url,
        `mutation { cancelBulkOperation(id: "${deleteJobs.operation.id}") { operation { status } } }`,
      );
    expect(accepted(await stop())).toEqual({ cancelBulkOperation: { operation: { status: 'CANCELLED' } } });
    expect(accepted(await stop()).cancelBulkOperation.operation.status).toBe('CANCELLED');
    // The part that was in progress ends, and counts.
    const total = async () => (await read(deleteJobs.operation.id)).changed + (await prisma.job.count());
    await expect.poll(total).toBe(1_501);
    expect(await prisma.job.count()).toBeGreaterThan(0);

    const held = await prisma.job.findFirstOrThrow();
    const holder = new pg.Client({ connectionString: service.config.databaseUrl ?? '' });
    await holder.connect();
    try {
      await holder.query(`BEGIN; SELECT id FROM jobs WHERE id = '${held.id}' FOR UPDATE`);
      const matched = await prisma.job.count();
      expect(await run('retryJobs', { status: ['CANCELLED'] })).toMatchObject({
        matched,
        changed: matched - 1,
        skipped: 1,
      });
    } finally {
      await holder.end();
    }
  }, 60_000);

  it('skips a job whose change fails, and says since when it cannot go on if none is left', async () => {
    const ids = await waiting(3);
    await run('cancelJobs', {});
    const [broken] = ids;
    const owner = new pg.Client({ connectionString: service.config.databaseUrl ?? '' });
    await owner.connect();
    try {
      await owner.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken'; END $$`);
      await owner.query(`CREATE TRIGGER refuse BEFORE DELETE ON jobs FOR EACH ROW
        WHEN (OLD.id = '${decodeId('job', broken ?? '')}') EXECUTE FUNCTION refuse()`);
      expect(await run('deleteJobs', {})).toMatchObject({ matched: 3, changed: 2, skipped: 1, failingSince: null });

      const { deleteJobs } = accepted(await request('deleteJobs', {}, { expectedCount: 1 }));
      const operation = () => read(deleteJobs.operation.id);
      await expect.poll(async () => (await operation()).failingSince).not.toBeNull();
      expect(await operation()).toMatchObject({ status: 'RUNNING', changed: 0 });
      await owner.query('DROP TRIGGER refuse ON jobs');
      await expect.poll(operation).toMatchObject({ status: 'COMPLETED', changed: 1, skipped: 0, failingSince: null });
    } finally {
      await owner.query('DROP FUNCTION refuse CASCADE');
      await owner.end();
    }
  });

  it('leaves jobs alone that ended or were retried after it was requested', async () => {
    await waiting(2);
    const { database } = service.platform;
    const condition = { tenantId: null, ids: null, failureCodes: null, batchId: null, name: null, createdAfter: null };
    const at = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();
    const start = async (kind: 'CANCEL' | 'DELETE', statuses: ('PENDING' | 'CANCELLED')[], requestedAt: string) => {
      const filter = { ...condition, createdBefore: null, statuses, requestedAt };
      const data = { id: newUuid(), kind, filter, matched: 2, cursor: nilUuid };
      await database.prisma.bulkOperation.create({ data });
      const id = encodeId('operation', data.id);
      await expect.poll(() => read(id)).toMatchObject({ status: 'COMPLETED' });
      return await read(id);
    };
    expect(await start('CANCEL', ['PENDING'], at(-60))).toMatchObject({ changed: 0, skipped: 0 });
    expect(await start('CANCEL', ['PENDING'], at(60))).toMatchObject({ changed: 2 });
    expect(await start('DELETE', ['CANCELLED'], at(-60))).toMatchObject({ changed: 0, skipped: 0 });
    expect(await start('DELETE', ['CANCELLED'], at(60))).toMatchObject({ changed: 2 });
  });

  it('is listed, newest first, and NOT_FOUND if it does not exist', async () => {
    const { bulkOperations } = accepted(
      await graphql(service.url, `{ bulkOperations(first: 2) { nodes { ${fields} } pageInfo { hasNextPage } } }`),
    );
    expect(bulkOperations.pageInfo.hasNextPage).toBe(true);
    expect(bulkOperations.nodes[0].createdAt > bulkOperations.nodes[1].createdAt).toBe(true);
    for (const id of [encodeId('operation', newUuid()), 'nonsense']) {
      const error = refused(
        await graphql(service.url, `mutation { cancelBulkOperation(id: "${id}") { operation { id } } }`),
      );
      expect(error.extensions?.code).toBe('NOT_FOUND');
    }
  });
});
