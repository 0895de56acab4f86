import { randomBytes } from 'node:crypto';
import { readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { defaultTenantId } from '../../src/api/context.ts';
import { archiveJob } from '../../src/archive/archive-job.ts';
import { restoreJob } from '../../src/archive/restore-job.ts';
import { RequestError } from '../../src/errors.ts';
import { decodeId, encodeId, newUuid } from '../../src/ids.ts';
import { createJanitor } from '../../src/maintenance/janitor.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { insertJob, insertPages, insertTenant, type Row } from '../api/rows.ts';
import {
  accepted,
  ended,
  inline,
  readJob,
  refused,
  remove,
  storedKeys,
  submit,
  tryCreateJob,
} from '../api/submitting.ts';
import { finalBatch, readBatch, submittedBatch } from '../batches/batching.ts';
import { fetchFile } from '../downloads/fetching.ts';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ maintenance: false, config: { privateHostsAllowed: ['127.0.0.1'] } });
});
afterEach(async () => {
  await service.platform.database.query('TRUNCATE jobs, archived_jobs, sources, batches CASCADE', []);
  for (const key of await storedKeys(service)) await service.platform.storage.remove(key);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const uuidOf = (id: string) => decodeId('job', id) ?? '';
const tenantOf = async (uuid: string) =>
  (await service.platform.database.prisma.job.findUniqueOrThrow({ where: { id: uuid } })).tenantId;

async function archive(id: string): Promise<void> {
  const uuid = uuidOf(id);
  await archiveJob(service.platform, await tenantOf(uuid), uuid);
}

const storageMethods = (storage: Storage): Storage => ({
  put: (...args) => storage.put(...args),
  get: (...args) => storage.get(...args),
  withLocalFile: (...args) => storage.withLocalFile(...args),
  stat: (key) => storage.stat(key),
  remove: (key) => storage.remove(key),
  list: (folder) => storage.list(folder),
});

const restore = (id: string) => graphql(service.url, 'mutation ($id: ID!) { restoreJob(id: $id) { jobId } }', { id });

async function archived(filter: object = {}) {
  const query = `query ($filter: ArchivedJobFilter) { archivedJobs(filter: $filter) {
    nodes { jobId tenantId batchId name status pages createdAt finishedAt archivedAt bytes } } }`;
  return accepted(await graphql(service.url, query, { filter })).archivedJobs.nodes;
}

/** The rows of a job, as PostgreSQL prints them, without the note of a restore. */
async function rowsOf(uuid: string): Promise<string[]> {
  const rows = await service.platform.database.query<{ row: string }>(
    `SELECT (j.*)::text || (j.metadata)::text AS row FROM (SELECT t.* FROM jobs t WHERE t.id = $1) j
      UNION ALL SELECT (a.*)::text FROM job_attempts a WHERE a.job_id = $1
      UNION ALL SELECT (p.*)::text FROM pages p WHERE p.job_id = $1
      UNION ALL SELECT (n.*)::text FROM job_names n WHERE n.job_id = $1`,
    [uuid],
  );
  return rows.map(({ row }) => row).sort();
}

const forget = (uuid: string) =>
  service.platform.database.query('UPDATE jobs SET restored_at = NULL WHERE id = $1', [uuid]);

const everything = `id revision status name metadata createdAt startedAt finishedAt retryCount pagesDone pagesTotal
  attempts { number failure { code } startedAt finishedAt } source { filename bytes sha256 } options { thumbnails } failure { code }
  result { pageCount metadata { title } outline { title } attachments { name bytes } }
  pages(first: 100) { nodes { number text markdown links { url } blocks { kind text rows { text } } annotations { kind text } } }`;

/** A folder of the storage. */
const objects = (key: string) => join(service.config.dataDir, 'storage', 'objects', key);

/** Makes stored objects older than the janitor requires. */
async function makeOld(keys: string[]): Promise<void> {
  const at = new Date(Date.now() - 2 * 86_400_000);
  for (const key of keys) await utimes(objects(key), at, at);
}

async function fileOf(uuid: string): Promise<string> {
  const row = await service.platform.database.prisma.archivedJob.findUniqueOrThrow({ where: { id: uuid } });
  return objects(row.storageKey);
}

describe('a restored job', () => {
  it('has every row, the result and the files that it had, to the byte', async () => {
    const metadata = { b: 1, a: { text: 'line \u2028 separator, "quotes", 𝄞', n: 1.5 }, list: [null, true] };
    const options = { thumbnails: true };
    const ids = [];
    for (const name of ['links', 'outline', 'attachment', 'table'])
      ids.push((await submit(service, { source: await inline(name), name: `Größe ${name}`, metadata, options })).id);
    ids.push((await submit(service, { source: { base64: 'bm8gUERG' } })).id);
    for (const id of ids) await ended(service, id);
    const keys = await storedKeys(service);
    const before = [];
    for (const id of ids) {
      const job = await readJob(service, id, everything);
      const formats = job.status === 'COMPLETED' ? ['NDJSON', 'MARKDOWN', 'JSON'] : [];
      const files = [];
      for (const format of formats) files.push((await fetchFile(service, id, format)).toString('base64'));
      before.push({ rows: await rowsOf(uuidOf(id)), job, files });
    }
    for (const id of ids) await archive(id);
    expect(await storedKeys(service)).toEqual(expect.arrayContaining(keys));
    for (const id of ids) expect(await readJob(service, id, 'id').catch(() => null)).toBeNull();

    for (const [index, id] of ids.entries()) {
      expect(accepted(await restore(id)).restoreJob).toEqual({ jobId: id });
      await forget(uuidOf(id));
      const { rows, job, files } = before[index] ?? { rows: [], job: {}, files: [] };
      expect(await rowsOf(uuidOf(id))).toEqual(rows);
      expect(await readJob(service, id, everything)).toEqual(job);
      const formats = ['NDJSON', 'MARKDOWN', 'JSON'];
      for (const [at, file] of files.entries())
        expect((await fetchFile(service, id, formats[at] ?? '')).toString('base64')).toBe(file);
    }
    expect(await storedKeys(service)).toEqual(keys);
    expect(await archived()).toEqual([]);
  });

  it('has all pages of a large document', async () => {
    const row = await insertJob(service, { status: 'COMPLETED' });
    const text = (page: number) =>
      `page ${page} \u2029 ${randomBytes(page % 50 === 0 ? 100_000 : 2_000).toString('hex')}`;
    await insertPages(
      service,
      row,
      Array.from({ length: 450 }, (_, index) => text(index)),
    );
    const before = await rowsOf(row.uuid);
    await archive(row.id);
    expect(await archived()).toMatchObject([{ jobId: row.id, pages: 450 }]);
    expect(accepted(await restore(row.id))).toBeTruthy();
    await forget(row.uuid);
    expect(await rowsOf(row.uuid)).toEqual(before);
  });

  it('is found by search and can be retried again, and its webhook gets no event of the restore', async () => {
    const webhook = { url: 'http://127.0.0.1:9/', events: ['JOB_QUEUED', 'JOB_COMPLETED', 'JOB_FAILED'] };
    const { id } = await submit(service, { source: { base64: 'bm8gUERG' }, webhook });
    await ended(service, id);
    const deliveries = () => service.platform.database.prisma.webhookDelivery.count({ where: { jobId: uuidOf(id) } });
    const before = await deliveries();
    await archive(id);
    accepted(await restore(id));
    expect(await deliveries()).toBe(before);
    accepted(await graphql(service.url, 'mutation ($id: ID!) { retryJob(id: $id) { job { id } } }', { id }));
    await ended(service, id);
    expect(await readJob(service, id, 'status attempts { number }')).toEqual({
      status: 'FAILED',
      attempts: [{ number: 1 }, { number: 2 }],
    });
    expect(await deliveries()).toBeGreaterThan(before);
  });

  it('stays as it is when it is restored again', async () => {
    const row = await insertJob(service, { status: 'COMPLETED' });
    await archive(row.id);
    const answers = await Promise.all(Array.from({ length: 5 }, () => restore(row.id)));
    for (const { errors = [] } of answers)
      expect(['RESTORE_IN_PROGRESS', undefined]).toContain(errors[0]?.extensions.code);
    expect(accepted(await restore(row.id)).restoreJob.jobId).toBe(row.id);
    expect(await service.platform.database.prisma.job.count()).toBe(1);
  });

  it('keeps its place in a batch, whose counts and webhook stay', async () => {
    const items = [{ source: await inline('one-page') }, { source: { base64: 'bm8gUERG' } }];
    const batch = await submittedBatch(service, { items });
    const before = await finalBatch(service, batch.id);
    const query = 'query ($id: ID!) { batch(id: $id) { jobs { nodes { id batchIndex } } } }';
    const jobs = async () => accepted(await graphql(service.url, query, { id: batch.id })).batch.jobs.nodes;
    const all = await jobs();
    for (const { id } of all) await archive(id);
    expect(await readBatch(service, batch.id)).toEqual(before);
    expect(await archived({ batch: batch.id })).toHaveLength(2);
    for (const { id } of all) accepted(await restore(id));
    expect(await jobs()).toEqual(all);
    expect(await readBatch(service, batch.id)).toEqual(before);
  });
});

describe('an archived job', () => {
  it('is gone for clients, and listed for operators', async () => {
    const tenant = await insertTenant(service, 'other');
    const rows: Row[] = [];
    for (const tenantId of [tenant, undefined])
      rows.push(await insertJob(service, { status: 'COMPLETED', name: 'a name', ...(tenantId ? { tenantId } : {}) }));
    const [other, own] = rows;
    for (const { id } of rows) await archive(id);
    const fields = { name: 'a name', status: 'COMPLETED', pages: 0, batchId: null };
    expect(await archived()).toMatchObject([own, other].map((row) => ({ jobId: row?.id, ...fields })));
    expect(await archived({ job: own?.id })).toMatchObject([{ jobId: own?.id }]);
    expect(await archived({ tenant: encodeId('tenant', tenant) })).toMatchObject([{ jobId: other?.id }]);
    for (const none of [{ job: 'nonsense' }, { batch: encodeId('batch', newUuid()) }, { tenant: own?.id }])
      expect(await archived(none)).toEqual([]);
    expect(accepted(await graphql(service.url, '{ jobs { nodes { id } } }')).jobs.nodes).toEqual([]);
  });

  it('keeps a document that another job leaves behind, and its idempotency key for a day', async () => {
    const input = { source: await inline('one-page'), idempotencyKey: 'a key' };
    const first = await submit(service, input);
    await ended(service, first.id);
    const second = await submit(service, { source: { job: first.id } });
    await ended(service, second.id);
    await archive(first.id);
    expect((await tryCreateJob(service, input)).errors?.[0]?.extensions.code).toBeDefined();
    accepted(await remove(service, second.id));
    accepted(await restore(first.id));
    expect(await submit(service, input)).toEqual({ id: first.id, deduplicated: true });
    const { id } = await submit(service, { source: { job: first.id } });
    await ended(service, id);
    expect(await readJob(service, id, 'status')).toEqual({ status: 'COMPLETED' });
  });

  it('keeps its files when the janitor removes what nothing references', async () => {
    const { id } = await submit(service, { source: await inline('attachment'), options: { thumbnails: true } });
    await ended(service, id);
    await archive(id);
    const keys = await storedKeys(service);
    const { storage, database } = service.platform;
    await storage.put('archives/00/orphan.ndjson.gz', Readable.from([Buffer.from('x')]), { maxBytes: 10 });
    await makeOld(await storedKeys(service));
    await createJanitor({ database, storage, logger: service.platform.logger }).runOnce();
    expect(await storedKeys(service)).toEqual(keys);
  });
});

describe('a client', () => {
  it('can delete an archived job with all that is left of it', async () => {
    const { id } = await submit(service, { source: await inline('attachment'), options: { thumbnails: true } });
    await ended(service, id);
    await archive(id);
    expect(accepted(await remove(service, id)).deleteJob.deletedId).toBe(id);
    expect([await archived(), await storedKeys(service)]).toEqual([[], []]);
    expect(refused(await remove(service, id)).extensions.code).toBe('NOT_FOUND');
  });
});

describe('a file that is damaged', () => {
  const damages: Record<string, (file: string) => Promise<void>> = {
    'is missing': (file) => rm(file),
    'is cut off': async (file) => writeFile(file, (await readFile(file)).subarray(0, -20)),
    'is empty': (file) => writeFile(file, ''),
    'has other bytes': async (file) => {
      const text = gunzipSync(await readFile(file)).toString();
      await writeFile(file, gzipSync(text.replace('page two', 'page 222')));
    },
    'has more bytes': async (file) => writeFile(file, Buffer.concat([await readFile(file), Buffer.from('more')])),
    'is of another format': async (file) => writeFile(file, gzipSync('{"format":2}\n')),
    'is not compressed': (file) => writeFile(file, '{"format":1}'),
    'has no rows': (file) => writeFile(file, gzipSync('no JSON\n')),
  };
  it.each(Object.entries(damages))('%s: nothing changes, and a repaired one is restored', async (_, damage) => {
    const row = await insertJob(service, { status: 'COMPLETED' });
    await insertPages(service, row, ['page one', 'page two']);
    await archive(row.id);
    const file = await fileOf(row.uuid);
    const bytes = await readFile(file);
    await damage(file);
    expect(refused(await restore(row.id)).extensions).toMatchObject({ code: 'ARCHIVE_CORRUPT' });
    expect(await archived()).toHaveLength(1);
    expect(await service.platform.database.prisma.page.count()).toBe(0);
    await writeFile(file, bytes);
    accepted(await restore(row.id));
    expect((await readJob(service, row.id, 'pages { nodes { text } }')).pages.nodes).toEqual([
      { text: 'page one' },
      { text: 'page two' },
    ]);
  });

  it('of another job is refused', async () => {
    const rows = [await insertJob(service, { status: 'COMPLETED' }), await insertJob(service, { status: 'FAILED' })];
    for (const { id } of rows) await archive(id);
    const [first, second] = await Promise.all(rows.map(({ uuid }) => fileOf(uuid)));
    await writeFile(first ?? '', await readFile(second ?? ''));
    expect(refused(await restore(rows[0]?.id ?? '')).extensions.code).toBe('ARCHIVE_CORRUPT');
  });
});

describe('archiving', () => {
  it.each(['PENDING', 'RETRYING'] as const)('refuses a job that is %s', async (status) => {
    const row = await insertJob(service, { status });
    await expect(archive(row.id)).rejects.toMatchObject({ code: 'JOB_NOT_FINAL' });
    expect(await storedKeys(service)).toEqual([]);
  });

  it('refuses an unknown job, as does a restore', async () => {
    const id = encodeId('job', newUuid());
    await expect(archiveJob(service.platform, newUuid(), uuidOf(id))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    for (const each of [id, 'nonsense']) expect(refused(await restore(each)).extensions.code).toBe('NOT_FOUND');
  });

  it('does not use what it read before the job was archived and restored by others', async () => {
    const row = await insertJob(service, { status: 'COMPLETED' });
    await insertPages(service, row, ['one', 'two']);
    const { storage } = service.platform;
    let isFirst = true;
    // Others act while the file is written, before its pages are read.
    const slow: Storage = {
      ...storageMethods(storage),
      async put(...args) {
        if (isFirst) {
          isFirst = false;
          await archive(row.id);
          const stored = await storage.put(...args);
          accepted(await restore(row.id));
          return stored;
        }
        return await storage.put(...args);
      },
    };
    await expect(archiveJob({ ...service.platform, storage: slow }, defaultTenantId, row.uuid)).rejects.toBeInstanceOf(
      RequestError,
    );
    expect((await readJob(service, row.id, 'pages { nodes { text } }')).pages.nodes).toHaveLength(2);
    expect(await storedKeys(service)).toEqual([]);
  });

  it('and retries, deletions and restores at the same time leave each job in one place', async () => {
    const rows = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const row = await insertJob(service, { status: 'FAILED', failureCode: 'NOT_A_PDF' });
        await insertPages(service, row, ['one', 'two']);
        return row;
      }),
    );
    await service.stopWorker();
    const tolerant = (work: Promise<unknown>) =>
      work.catch((error: unknown) => {
        if (!(error instanceof RequestError)) throw error;
      });
    await Promise.all(
      rows.flatMap(({ id, uuid }, index) => [
        tolerant(archiveJob(service.platform, defaultTenantId, uuid)),
        tolerant(archiveJob(service.platform, defaultTenantId, uuid)),
        tolerant(restoreJob(service.platform, uuid)),
        index % 3 === 0
          ? graphql(service.url, 'mutation ($id: ID!) { retryJob(id: $id) { job { id } } }', { id })
          : null,
        index % 3 === 1 ? remove(service, id) : null,
      ]),
    );
    const { prisma } = service.platform.database;
    for (const { uuid } of rows) {
      const [jobs, archives, pages] = await Promise.all([
        prisma.job.count({ where: { id: uuid } }),
        prisma.archivedJob.count({ where: { id: uuid } }),
        prisma.page.count({ where: { jobId: uuid } }),
      ]);
      expect(jobs + archives).toBeLessThanOrEqual(1);
      expect(pages).toBe(jobs * 2);
    }
    const files = (await storedKeys(service)).filter((key) => key.startsWith('archives/'));
    expect(files).toHaveLength(await prisma.archivedJob.count());
    await service.startWorker();
  });
});
