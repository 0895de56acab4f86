import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chosenOptions, defaultOptions } from '../../src/job-row/options.ts';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { accepted, cancel, inline, refused, remove, storedKeys, submit, tryCreateJob } from './submitting.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

async function codeOf(input: Record<string, unknown>): Promise<string> {
  return refused(await tryCreateJob(service, input)).extensions.code;
}

function jobCount(): Promise<number> {
  return service.platform.database.prisma.job.count();
}

/** Makes the key of a deleted job expire, as if its day had passed. */
function letKeyExpire(key: string) {
  return service.platform.database.prisma.idempotencyKey.updateMany({
    where: { key },
    data: { expiresAt: new Date(0) },
  });
}

describe('an idempotency key', () => {
  it('compares only the chosen options, so that a later version may add options without conflicts', () => {
    expect(chosenOptions({ ...defaultOptions, ocrLanguages: ['eng'] })).toEqual({});
    expect(chosenOptions({ ...defaultOptions, ocrLanguages: ['deu', 'eng'], pages: '2-' })).toEqual({
      ocrLanguages: ['deu', 'eng'],
      pages: '2-',
    });
  });

  it('returns the same job again and deletes the repeated bytes', async () => {
    const input = { source: await inline('one-page'), name: 'a', metadata: { x: 1, y: [2] }, idempotencyKey: 'same' };
    const first = await submit(service, input);
    expect(first.deduplicated).toBe(false);
    const keys = await storedKeys(service);
    const again = await submit(service, { ...input, metadata: { y: [2], x: 1 }, options: null, priority: 5 });
    expect(again).toEqual({ id: first.id, deduplicated: true });
    expect(await storedKeys(service)).toEqual(keys);
  });

  it('creates one job for twenty concurrent calls', async () => {
    const before = await jobCount();
    const input = { source: await inline('one-page'), idempotencyKey: 'at once' };
    const keys = await storedKeys(service);
    const jobs = await Promise.all(Array.from({ length: 20 }, () => submit(service, input)));
    expect(new Set(jobs.map(({ id }) => id)).size).toBe(1);
    expect(jobs.filter(({ deduplicated }) => !deduplicated)).toHaveLength(1);
    expect(await jobCount()).toBe(before + 1);
    expect(await storedKeys(service)).toHaveLength(keys.length + 1);
  });

  it.each([
    ['another document', async () => ({ source: await inline('links') })],
    ['another kind of source', async () => ({ source: { url: 'https://example.org/a.pdf' } })],
    ['other options', () => ({ options: { pages: '1' } })],
    ['another password', () => ({ options: { password: 'other' } })],
    ['other metadata', () => ({ metadata: { a: 1 } })],
    ['another name', () => ({ name: 'b' })],
    ['another priority', () => ({ priority: 1 })],
  ])('with %s fails with IDEMPOTENCY_CONFLICT and stores nothing', async (what, change) => {
    const input = { source: await inline('one-page'), name: 'a', idempotencyKey: `for ${what}` };
    await submit(service, input);
    const keys = await storedKeys(service);
    expect(await codeOf({ ...input, ...(await change()) })).toBe('IDEMPOTENCY_CONFLICT');
    expect(await storedKeys(service)).toEqual(keys);
  });

  it('stays reserved for a day after its job is deleted', async () => {
    const input = { source: await inline('one-page'), idempotencyKey: 'of a deleted job' };
    const { id } = await submit(service, input);
    await cancel(service, id);
    accepted(await remove(service, id));
    const keys = await storedKeys(service);
    expect(await codeOf(input)).toBe('IDEMPOTENCY_CONFLICT');
    expect(await storedKeys(service)).toEqual(keys);
    await letKeyExpire('of a deleted job');
    const next = await submit(service, { ...input, name: 'new' });
    expect(next.deduplicated).toBe(false);
    expect(next.id).not.toBe(id);
    expect(await submit(service, { ...input, name: 'new' })).toEqual({ id: next.id, deduplicated: true });
  });

  it('is remembered for an upload that was deleted with its job', async () => {
    const made = await graphql(service.url, 'mutation { createUpload(input: {}) { upload { id url } } }');
    const { id: upload, url } = accepted(made).createUpload.upload;
    await fetch(url, { method: 'PUT', body: 'bytes' });
    const input = { source: { upload }, idempotencyKey: 'of an upload' };
    const { id } = await submit(service, input);
    expect(await submit(service, input)).toEqual({ id, deduplicated: true });
    await cancel(service, id);
    accepted(await remove(service, id));
    expect(await codeOf(input)).toBe('IDEMPOTENCY_CONFLICT');
    expect(await codeOf({ source: { upload } })).toBe('NOT_FOUND');
  });

  it('is not reserved by a refused call', async () => {
    const input = { source: await inline('one-page'), idempotencyKey: 'of a refused call' };
    expect(await codeOf({ ...input, source: { upload: 'upload_01h455vb4pex5vsknk084sn02q' } })).toBe('NOT_FOUND');
    expect((await submit(service, input)).deduplicated).toBe(false);
  });

  it('is separate for each tenant', async () => {
    const { prisma } = service.platform.database;
    const other = await prisma.tenant.create({ data: { id: '00000000-0000-7000-8000-000000000002', name: 'other' } });
    await prisma.idempotencyKey.create({
      data: { tenantId: other.id, key: 'shared', jobId: '00000000-0000-7000-8000-00000000000a', fingerprint: 'x' },
    });
    expect((await submit(service, { source: await inline('one-page'), idempotencyKey: 'shared' })).deduplicated).toBe(
      false,
    );
  });

  it('may have 1 to 255 characters', async () => {
    const source = await inline('one-page');
    for (const idempotencyKey of ['', 'k'.repeat(256), 'a\0b'])
      expect(await codeOf({ source, idempotencyKey })).toBe('BAD_USER_INPUT');
    await submit(service, { source, idempotencyKey: 'ключ 🐝'.padEnd(255, '…') });
  });
});
