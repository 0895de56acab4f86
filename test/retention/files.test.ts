import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { defaultTenantId } from '../../src/api/context.ts';
import { defaultClientLimits } from '../../src/config/client-limits.ts';
import { createFileExpirer } from '../../src/maintenance/expirers.ts';
import { insertTenant } from '../api/rows.ts';
import { accepted, ended, inline, readJob, refused, storedKeys, submit, tryCreateJob } from '../api/submitting.ts';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ maintenance: false });
});
afterEach(async () => {
  const { platform } = service;
  await platform.database.query('TRUNCATE jobs, sources, batches CASCADE', []);
  await platform.database.prisma.tenant.updateMany({ data: { limits: {} } });
  for (const key of await storedKeys(service)) await platform.storage.remove(key);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

/** Deletes old files. The days are those of the installation. */
async function expire(days: { documentsDays?: number; imagesDays?: number }): Promise<void> {
  const config = { ...service.config, clientLimits: { ...defaultClientLimits, ...days } };
  await createFileExpirer({ ...service.platform, config }).runOnce();
}

async function pass(interval: string): Promise<void> {
  const { database } = service.platform;
  await database.query(`UPDATE jobs SET finished_at = finished_at - interval '${interval}'`, []);
  await database.query(`UPDATE sources SET created_at = created_at - interval '${interval}'`, []);
}

async function completed(input: Record<string, unknown> = {}): Promise<string> {
  const { id } = await submit(service, { source: await inline('one-page'), ...input });
  await ended(service, id);
  return id;
}

const retry = (id: string) => graphql(service.url, 'mutation ($id: ID!) { retryJob(id: $id) { job { id } } }', { id });
const fields = 'source { stored sha256 bytes } pages { nodes { text thumbnailUrl } }';

/** A failed job with a stored document. */
const failed = () => completed({ source: { base64: 'bm8gUERG' } });

describe('a document', () => {
  it('is deleted that long after its last job, whose result stays', async () => {
    const first = await completed();
    const before = await readJob(service, first, fields);
    expect(before.source.stored).toBe(true);
    await pass('20 days');
    await completed({ source: { job: first } });
    await pass('15 days');
    await expire({ documentsDays: 30 });
    expect(await storedKeys(service)).toHaveLength(1);
    await pass('16 days');
    await expire({});
    expect(await storedKeys(service)).toHaveLength(1);
    await expire({ documentsDays: 30 });
    expect(await storedKeys(service)).toEqual([]);
    expect(await readJob(service, first, fields)).toEqual({ ...before, source: { ...before.source, stored: false } });
  });

  it('that is gone cannot be processed again, with a clear error', async () => {
    const id = await failed();
    const batch = await graphql(
      service.url,
      'mutation ($input: CreateBatchInput!) { createBatch(input: $input) { batch { id } } }',
      { input: { items: [{ source: { base64: 'bm8gUERG' } }] } },
    );
    const batchId = accepted(batch).createBatch.batch.id;
    const read = async () =>
      accepted(await graphql(service.url, 'query ($id: ID!) { batch(id: $id) { status failed } }', { id: batchId }))
        .batch;
    await expect.poll(read).toEqual({ status: 'FAILED', failed: 1 });
    await pass('2 days');
    await expire({ documentsDays: 1 });
    expect(await storedKeys(service)).toEqual([]);
    expect(refused(await retry(id)).extensions.code).toBe('DOCUMENT_EXPIRED');
    const source = { job: id };
    expect(refused(await tryCreateJob(service, { source })).extensions.code).toBe('DOCUMENT_EXPIRED');
    const items = [{ source: await inline('one-page') }, { source }];
    const create = 'mutation ($input: CreateBatchInput!) { createBatch(input: $input) { batch { id } } }';
    expect(refused(await graphql(service.url, create, { input: { items } })).extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      issues: [{ path: ['input', 'items', 1, 'source', 'job'], code: 'DOCUMENT_EXPIRED' }],
    });
    // Ends at once: nothing in the batch can be retried.
    accepted(
      await graphql(service.url, 'mutation ($id: ID!) { retryBatch(id: $id) { batch { id } } }', { id: batchId }),
    );
    expect(await service.platform.database.prisma.batchChange.count()).toBe(0);
    expect(await read()).toEqual({ status: 'FAILED', failed: 1 });
  });

  it('of a tenant is kept for its own days', async () => {
    const { prisma } = service.platform.database;
    await prisma.tenant.update({ where: { id: defaultTenantId }, data: { limits: { documentsDays: 5 } } });
    await insertTenant(service, 'other');
    await completed();
    await pass('4 days');
    await expire({ documentsDays: 1 });
    expect(await storedKeys(service)).toHaveLength(1);
    await pass('2 days');
    await expire({ documentsDays: 100 });
    expect(await storedKeys(service)).toEqual([]);
  });

  it('stays while a job that uses it has not ended, and while it is an upload that waits for its first job', async () => {
    const id = await completed();
    await submit(service, { source: { job: id }, runAt: new Date(Date.now() + 3_600_000) });
    const create = 'mutation { createUpload(input: {}) { upload { url } } }';
    const { upload } = accepted(await graphql(service.url, create)).createUpload;
    const { base64 } = await inline('one-page');
    expect((await fetch(upload.url, { method: 'PUT', body: Buffer.from(base64, 'base64') })).status).toBeLessThan(300);
    await pass('100 days');
    await expire({ documentsDays: 1 });
    expect(await storedKeys(service)).toHaveLength(2);
  });

  it('is either kept or refused when jobs begin to use it at the same moment', async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, failed));
    await service.stopWorker();
    await pass('2 days');
    const answers = await Promise.all([
      ...ids.map((id, index) => (index % 2 === 0 ? retry(id) : tryCreateJob(service, { source: { job: id } }))),
      expire({ documentsDays: 1 }),
      expire({ documentsDays: 1 }),
    ]);
    for (const [index, id] of ids.entries()) {
      const answer = answers[index];
      const { stored } = (await readJob(service, id, 'source { stored }')).source;
      expect(answer?.errors?.[0]?.extensions.code).toBe(stored ? undefined : 'DOCUMENT_EXPIRED');
    }
    expect(await storedKeys(service)).toHaveLength(
      answers.filter((answer) => answer?.errors === undefined && answer !== undefined).length,
    );
    await service.startWorker();
  });
});

describe('page images', () => {
  it('are deleted that long after the end of their job, whose pages stay', async () => {
    const id = await completed({ options: { thumbnails: true, pageImages: true } });
    const plain = await completed();
    const before = await readJob(service, id, fields);
    expect(before.pages.nodes[0].thumbnailUrl).toEqual(expect.any(String));
    const files = await storedKeys(service);
    await pass('29 days');
    await expire({ imagesDays: 30 });
    expect(await storedKeys(service)).toEqual(files);
    await pass('2 days');
    await expire({ imagesDays: 30 });
    expect(await storedKeys(service)).toEqual(files.filter((key) => key.startsWith('sources/')));
    const [page] = before.pages.nodes;
    expect(await readJob(service, id, fields)).toEqual({
      ...before,
      pages: { nodes: [{ ...page, thumbnailUrl: null }] },
    });
    const { prisma } = service.platform.database;
    expect(await prisma.job.count({ where: { imagesDeletedAt: null } })).toBe(1);
    expect((await readJob(service, plain, fields)).source.stored).toBe(true);
  });
});
