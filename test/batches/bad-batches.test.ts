import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Service, startService } from '../service.ts';
import { submitBatch } from './batching.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const good = { source: { url: 'https://example.com/a.pdf' } };

async function issuesOf(input: object) {
  const { errors } = await submitBatch(service, input);
  expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  // Nothing was stored.
  const { prisma } = service.platform.database;
  expect([await prisma.batch.count(), await prisma.job.count(), await prisma.source.count()]).toEqual([0, 0, 0]);
  return errors?.[0]?.extensions.issues ?? [];
}

describe('createBatch refuses', () => {
  it('a batch without items', async () => {
    expect(await issuesOf({ items: [] })).toEqual([
      { path: ['input', 'items'], code: 'TOO_FEW_ITEMS', message: 'a batch needs at least one item' },
    ]);
  });

  it('more than 10,000 items, without validating them', async () => {
    expect(await issuesOf({ items: Array.from({ length: 10_001 }, () => ({ source: { url: 'nonsense' } })) })).toEqual([
      { path: ['input', 'items'], code: 'TOO_MANY_ITEMS', message: expect.stringContaining('10000') },
    ]);
  });

  it('ten thousand bad items, and reports the first hundred issues', async () => {
    const items = Array.from({ length: 10_000 }, () => ({
      source: { url: 'ftp://example.com' },
      name: 'x'.repeat(501),
    }));
    const issues = await issuesOf({ items });
    expect(issues).toHaveLength(100);
    expect(issues.at(-1)?.path.slice(0, 3)).toEqual(['input', 'items', 49]);
  });

  it('ten thousand items if one is bad, and reports that one', async () => {
    const items = Array.from({ length: 10_000 }, (_, index) =>
      index === 7_654 ? { source: { url: 'ftp://example.com' } } : good,
    );
    expect(await issuesOf({ items })).toEqual([
      {
        path: ['input', 'items', 7_654, 'source', 'url'],
        code: 'INVALID_URL',
        message: 'must be an http or https URL',
      },
    ]);
  });

  it('all bad items at once, with a path and a code for each', async () => {
    const upload = 'upload_01h455vb4pex5vsknk084sn02q';
    const items = [
      { source: {} },
      good,
      { source: { url: 'https://example.com', base64: 'AA==' } },
      { source: { base64: '*' } },
      { source: { upload: 'nonsense' } },
      { source: { upload } },
      { ...good, name: 'a\0b' },
      { ...good, options: { pages: '5-1', maxRetries: 99 } },
      { source: { base64: '!' } },
    ];
    const shape = await issuesOf({ items });
    expect(shape.map(({ path }: { path: unknown[] }) => path.slice(2).join('.'))).toEqual([
      '0.source',
      '2.source',
      '6.name',
      '7.options.pages',
      '7.options.maxRetries',
    ]);
    const sources = await issuesOf({ items: items.filter((_, index) => [1, 3, 4, 5, 8].includes(index)) });
    expect(sources.map(({ path, code }: { path: unknown[]; code: string }) => [path.slice(2).join('.'), code])).toEqual(
      [
        ['1.source.base64', 'INVALID_BASE64'],
        ['2.source.upload', 'NOT_FOUND'],
        ['3.source.upload', 'NOT_FOUND'],
        ['4.source.base64', 'INVALID_BASE64'],
      ],
    );
  });
});
