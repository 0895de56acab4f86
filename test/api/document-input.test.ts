import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultLimits } from '../../src/config/config.ts';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { accepted, endedJob, fixture, inline, readJob, refused, submit, tryCreateJob } from './submitting.ts';

let service: Service;
beforeAll(async () => {
  const most = (await fixture('many-pages')).length;
  service = await startService({ config: { limits: { ...defaultLimits, inlineBytes: most, pages: 200 } } });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

/** Runs a job on a fixture and returns these fields once it has ended. */
async function outcome(name: string, options: Record<string, unknown>, fields: string) {
  const { id } = await submit(service, { source: await inline(name), options });
  return await endedJob(service, id, fields);
}

const failure =
  'status failure { code category message advice retryable } result { pageCount } attempts { failure { code } }';

describe('a password', () => {
  const secret = 'pagehive';

  it('opens an encrypted document, and is erased afterwards', async () => {
    const { id } = await submit(service, { source: await inline('encrypted'), options: { password: secret } });
    const job = await endedJob(service, id, `status options { pages engine } result { text metadata { encrypted } }`);
    expect(job).toMatchObject({ status: 'COMPLETED', result: { metadata: { encrypted: true } } });
    expect(job.result.text).toContain('readable with the password only');
    const rows = await service.platform.database.query<{ row: string }>(
      'SELECT j::text AS row FROM jobs j WHERE sealed_password IS NOT NULL',
      [],
    );
    expect(rows).toEqual([]);
  });

  it('is stored encrypted while the job waits', async () => {
    const { id } = await submit(service, {
      source: await inline('encrypted'),
      options: { password: 'a-very-secret-word' },
      runAt: new Date(Date.now() + 3_600_000),
    });
    const [row] = await service.platform.database.query<{ row: string; sealed: string }>(
      'SELECT j::text AS row, j.sealed_password AS sealed FROM jobs j WHERE sealed_password IS NOT NULL',
      [],
    );
    expect(row?.sealed).toMatch(/^v1\./);
    expect(row?.row).not.toContain('a-very-secret-word');
    const job = await readJob(
      service,
      id,
      'runAt options { pages engine keepHeadersFooters timeoutSeconds noProgressSeconds } metadata name',
    );
    expect(JSON.stringify(job)).not.toContain('a-very-secret-word');
  });

  it.each([
    ['that is missing', undefined, 'PDF_ENCRYPTED'],
    ['that is wrong', 'Pagehive', 'PDF_WRONG_PASSWORD'],
  ])('%s fails with its own code', async (_, password, code) => {
    const job = await outcome('encrypted', { password }, failure);
    expect(job).toMatchObject({
      status: 'FAILED',
      failure: { code, category: 'INPUT', retryable: false },
      result: null,
    });
    if (password) expect(JSON.stringify(job)).not.toContain(password);
  });

  it('that is not needed is ignored', async () => {
    expect(await outcome('one-page', { password: 'x' }, 'status')).toEqual({ status: 'COMPLETED' });
    expect(await outcome('restricted', {}, 'status result { metadata { encrypted } }')).toMatchObject({
      status: 'COMPLETED',
    });
  });
});

describe('a page range', () => {
  it.each([
    ['2-3', [2, 3]],
    ['5,2 - 3, 2', [2, 3, 5]],
    ['299-', [299, 300]],
    ['300,400', [300]],
  ])('%s selects only these pages', async (pages, numbers) => {
    const job = await outcome(
      'many-pages',
      { pages },
      'pagesDone pagesTotal options { pages } result { pageCount pages { nodes { number } } }',
    );
    expect(job).toMatchObject({
      pagesDone: numbers.length,
      pagesTotal: numbers.length,
      options: { pages },
      result: { pageCount: 300 },
    });
    expect(job.result.pages.nodes.map(({ number }: { number: number }) => number)).toEqual(numbers);
  });

  it('that selects no existing page fails', async () => {
    expect(await outcome('one-page', { pages: '2-3,7-' }, failure)).toMatchObject({
      status: 'FAILED',
      failure: { code: 'PAGES_OUT_OF_RANGE' },
    });
  });

  it.each(['', ' ', '0', '3-2', '-3', 'all', '1;2', '1,,2', '1-2-3', '99999999', '1,'.repeat(2_000)])(
    'with invalid syntax is refused with the path of the option (%#)',
    async (pages) => {
      expect(
        refused(await tryCreateJob(service, { source: await inline('one-page'), options: { pages } })).extensions,
      ).toMatchObject({
        code: 'BAD_USER_INPUT',
        issues: [{ path: ['input', 'options', 'pages'] }],
      });
    },
  );
});

describe('a document that cannot be read', () => {
  it.each([
    ['not-a-pdf', 'NOT_A_PDF', 'INPUT'],
    ['empty', 'PDF_EMPTY', 'INPUT'],
    ['truncated', 'PDF_DAMAGED', 'INPUT'],
    ['damaged', 'PDF_DAMAGED', 'INPUT'],
    ['no-pages', 'PDF_NO_PAGES', 'INPUT'],
    ['many-pages', 'PAGE_LIMIT', 'RESOURCE'],
  ])('%s fails once with %s', async (name, code, category) => {
    const job = await outcome(name, {}, failure);
    expect(job).toMatchObject({
      status: 'FAILED',
      failure: { code, category, retryable: false },
      attempts: [{ failure: { code } }],
      result: null,
    });
    expect(job.failure.message.length).toBeGreaterThan(10);
    expect(job.failure.advice.length).toBeGreaterThan(10);
  });

  it('fails if all pages are required and some are unreadable, and keeps the readable ones', async () => {
    const asked = `${failure} pagesDone pages { nodes { number text failure { code } } }`;
    const job = await outcome('half-lost', { requireAllPages: true }, asked);
    expect(job).toMatchObject({ status: 'FAILED', failure: { category: 'INPUT' } });
    for (const { number, text, failure: reason } of job.pages.nodes)
      if (reason === null) expect(text).toContain(`Page ${number} of a document that lost its end.`);
  });

  it('stays under the page limit with a page range', async () => {
    expect(await outcome('many-pages', { pages: '101-300' }, 'status pagesDone')).toEqual({
      status: 'COMPLETED',
      pagesDone: 200,
    });
  });

  it('is refused during its upload when it is over the byte limit', async () => {
    await using small = await startService({
      worker: false,
      maintenance: false,
      config: { limits: { ...defaultLimits, documentBytes: 1000 } },
    });
    const { upload } = accepted(
      await graphql(small.url, 'mutation { createUpload(input: {}) { upload { url } } }'),
    ).createUpload;
    const response = await fetch(upload.url, { method: 'PUT', body: new Uint8Array(await fixture('one-page')) });
    expect(response.status).toBe(413);
  });
});
