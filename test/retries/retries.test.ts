import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { JobError } from '../../src/errors.ts';
import { decodeId } from '../../src/ids.ts';
import { rescueJobs } from '../../src/jobs/lifecycle.ts';
import { engineKeys } from '../../src/pdf/model/engine-keys.ts';
import type { ExtractionEvent, ExtractionRequest, Extractor } from '../../src/pdf/model/extraction.ts';
import { graphql, subscribe } from '../graphql.ts';
import { facts, page, untilAborted } from '../jobs/extractors.ts';
import { type Service, startService } from '../service.ts';

/** The requests to the extractor, and its scripted behaviour; the documents themselves do not matter here. */
const requests: ExtractionRequest[] = [];
let script: ((request: ExtractionRequest, signal: AbortSignal) => AsyncGenerator<ExtractionEvent>)[] = [];

const scripted: Extractor = {
  async *extract(request, signal) {
    requests.push(request);
    const next = script.shift();
    if (next === undefined) throw new Error('the script is exhausted');
    yield* next(request, signal);
  },
  async [Symbol.asyncDispose]() {},
};

/** Extracts three pages in groups of one, except stored ones. */
async function* extracts(
  request: ExtractionRequest,
  engine: 'PDFIUM' | 'PDFJS' = 'PDFIUM',
  upTo = 3,
): AsyncGenerator<ExtractionEvent> {
  const key = engineKeys[engine];
  const stored = request.stored?.key === key ? request.stored.pages : [];
  const isStored = (number: number) => stored.some(({ first, last }) => first <= number && number <= last);
  const missing = [1, 2, 3].filter((number) => !isStored(number));
  yield { type: 'opened', facts, attachmentsFile: null, engine, key, pagesTotal: 3, pagesStored: 3 - missing.length };
  for (const number of missing) {
    if (number > upTo) return;
    const pages = [page(number, `Page ${number} by ${engine}.`)];
    yield { type: 'group', range: { first: number, last: number }, engine, pages, images: null };
  }
}

let service: Service;
beforeAll(async () => {
  service = await startService({ overrides: { extractor: scripted } });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});
beforeEach(() => {
  requests.length = 0;
  script = [];
});

const base64 = Buffer.from('%PDF-1.7 not looked at').toString('base64');

/** Submits a document and waits until its job has ended. */
async function run(options: Record<string, unknown> = {}, content = `${base64}`) {
  const create = 'mutation ($input: CreateJobInput!) { createJob(input: $input) { job { id } } }';
  const { data, errors } = await graphql(service.url, create, { input: { source: { base64: content }, options } });
  expect(errors).toBeUndefined();
  return await ended(data.createJob.job.id);
}

async function ended(id: string) {
  const seen = [];
  const query = `subscription ($id: ID!) { jobProgress(id: $id) { status retryCount nextRetryAt failure { code } } }`;
  for await (const event of subscribe(service.url, query, { id })) seen.push(event.data.jobProgress);
  const fields =
    'id status retryCount failure { code retryable } attempts { number failure { code } } pages { nodes { number text } }';
  const { data } = await graphql(service.url, `query ($id: ID!) { job(id: $id) { ${fields} } }`, { id });
  return { ...data.job, seen };
}

const fails = (code: 'TIME_LIMIT' | 'MEMORY_LIMIT' | 'NOT_A_PDF' | 'PAGE_LIMIT' | 'DOWNLOAD_FAILED') =>
  // biome-ignore lint/correctness/useYield: it fails before its first event
  async function* (): AsyncGenerator<ExtractionEvent> {
    throw new JobError(code);
  };

/**
 * Expires the lease, as if the worker had stopped renewing it. Repeats that in case the worker renews it in between.
 */
async function loseWorker(): Promise<void> {
  const { jobs, database } = service.platform;
  do {
    await database.query(`UPDATE jobs SET lease_expires_at = now() - interval '1 second' WHERE status = 'RUNNING'`, []);
  } while ((await rescueJobs(jobs, 100)).length === 0);
}

describe('a failed attempt', () => {
  it('is retried once, in a fresh process and with the other engine, after exceeding time or memory', async () => {
    script = [
      async function* (request) {
        yield* extracts(request, 'PDFIUM', 2);
        throw new JobError('MEMORY_LIMIT');
      },
      (request) => extracts(request, 'PDFJS'),
    ];
    const job = await run();
    expect(job).toMatchObject({ status: 'COMPLETED', retryCount: 1, failure: null });
    expect(job.attempts).toEqual([
      { number: 1, failure: { code: 'MEMORY_LIMIT' } },
      { number: 2, failure: null },
    ]);
    expect(requests[0]).toMatchObject({ avoid: [], lastResort: null, fresh: false, stored: null });
    expect(requests[1]).toMatchObject({ avoid: [], lastResort: 'PDFIUM', fresh: true });
    // Pages of the first engine are discarded: a result never mixes engines.
    expect(job.pages.nodes.map(({ text }: { text: string }) => text)).toEqual([
      'Page 1 by PDFJS.',
      'Page 2 by PDFJS.',
      'Page 3 by PDFJS.',
    ]);
  });

  it('continues with the other engine and its pages, even after the worker of the second attempt is lost', async () => {
    script = [
      async function* (request) {
        yield* extracts(request, 'PDFIUM', 1);
        throw new JobError('MEMORY_LIMIT');
      },
      async function* (request, signal) {
        yield* extracts(request, 'PDFJS', 2);
        await loseWorker();
        await untilAborted(signal);
      },
      (request) => extracts(request, 'PDFJS'),
    ];
    const job = await run();
    expect(job).toMatchObject({ status: 'COMPLETED', retryCount: 2, failure: null });
    expect(requests[2]).toMatchObject({
      lastResort: 'PDFIUM',
      fresh: true,
      stored: { key: engineKeys.PDFJS, pages: [{ first: 1, last: 2 }] },
    });
  });

  it('keeps no page of an abandoned engine, even if the other engine has fewer pages', async () => {
    script = [
      async function* (request) {
        yield* extracts(request, 'PDFIUM', 2);
        throw new JobError('TIME_LIMIT');
      },
      async function* () {
        const key = engineKeys.PDFJS;
        yield { type: 'opened', facts, attachmentsFile: null, engine: 'PDFJS', key, pagesTotal: 1, pagesStored: 0 };
        yield { type: 'group', range: { first: 1, last: 1 }, engine: 'PDFJS', pages: [page(1)], images: null };
      },
    ];
    const job = await run();
    expect(job.status).toBe('COMPLETED');
    expect(job.pages.nodes.map(({ number }: { number: number }) => number)).toEqual([1]);
  });

  it('is final after exceeding time or memory twice', async () => {
    script = [fails('TIME_LIMIT'), fails('MEMORY_LIMIT')];
    expect(await run()).toMatchObject({
      status: 'FAILED',
      retryCount: 1,
      failure: { code: 'MEMORY_LIMIT', retryable: true },
    });
  });

  it('keeps the requested engine', async () => {
    script = [fails('TIME_LIMIT'), (request) => extracts(request)];
    expect(await run({ engine: 'PDFIUM' })).toMatchObject({ status: 'COMPLETED', retryCount: 1 });
    expect(requests[1]).toMatchObject({ engine: 'PDFIUM', avoid: [], fresh: true });
  });

  it.each(['NOT_A_PDF', 'PAGE_LIMIT'] as const)('is final at once for %s', async (code) => {
    script = [fails(code)];
    expect(await run()).toMatchObject({ status: 'FAILED', retryCount: 0, failure: { code, retryable: false } });
  });

  it('is retried after a backoff for a transient failure, and extracts only missing pages', async () => {
    script = [
      async function* (request) {
        yield* extracts(request, 'PDFIUM', 2);
        throw new JobError('DOWNLOAD_FAILED');
      },
      (request) => extracts(request),
    ];
    const job = await run();
    expect(job).toMatchObject({ status: 'COMPLETED', retryCount: 1 });
    const waiting = job.seen.find(({ status }: { status: string }) => status === 'RETRYING');
    expect(waiting).toMatchObject({
      retryCount: 1,
      nextRetryAt: expect.any(String),
      failure: { code: 'DOWNLOAD_FAILED' },
    });
    expect(requests[1]?.stored).toEqual({ key: engineKeys.PDFIUM, pages: [{ first: 1, last: 2 }], unreadable: [] });
    expect(job.pages.nodes).toHaveLength(3);
  });

  it('is final when no retries are left', async () => {
    script = [fails('DOWNLOAD_FAILED')];
    expect(await run({ maxRetries: 0 })).toMatchObject({ status: 'FAILED', retryCount: 0, attempts: [{ number: 1 }] });
  });
});

describe('pages lost in a crash of the database', () => {
  /** Deletes the newest groups but not the claim, like such a crash. */
  async function losePages() {
    await service.platform.database.query(`UPDATE jobs SET stored_pages = '{}' WHERE status = 'RUNNING'`, []);
    await service.platform.database.query(
      `DELETE FROM pages WHERE job_id IN (SELECT id FROM jobs WHERE status = 'RUNNING')`,
      [],
    );
  }

  it.each([1, 2])('are extracted again, without using a retry, when they are lost after page %i', async (lostAfter) => {
    script = [
      async function* (request) {
        for await (const event of extracts(request)) {
          yield event;
          if (event.type === 'group' && event.range.last === lostAfter) await losePages();
        }
      },
      (request) => extracts(request),
    ];
    const job = await run();
    expect(job).toMatchObject({ status: 'COMPLETED', retryCount: 0, failure: null });
    expect(job.pages.nodes.map(({ number }: { number: number }) => number)).toEqual([1, 2, 3]);
    expect(requests).toHaveLength(2);
  });
});

describe('a document that crashes an engine', () => {
  const content = Buffer.from('%PDF-1.7 crashes an engine').toString('base64');

  it('continues with the other engine, and never uses the first again', async () => {
    script = [
      async function* (request) {
        yield { type: 'crashed', engine: 'PDFIUM', key: engineKeys.PDFIUM, page: null, detail: 'SIGSEGV' };
        yield* extracts(request, 'PDFJS');
      },
      (request) => extracts(request, 'PDFJS'),
    ];
    expect(await run({}, content)).toMatchObject({ status: 'COMPLETED', retryCount: 0 });
    expect(await run({}, content)).toMatchObject({ status: 'COMPLETED' });
    expect(requests.map(({ avoid }) => avoid)).toEqual([[], ['PDFIUM']]);
  });
});

describe('retryJob', () => {
  const retry = 'mutation ($id: ID!) { retryJob(id: $id) { job { status revision retryCount failure { code } } } }';

  it('restarts a failed job with all its retries, keeps its history, and extracts only missing pages', async () => {
    script = [
      async function* (request) {
        yield* extracts(request, 'PDFIUM', 1);
        throw new JobError('PDF_DAMAGED', { page: 2 });
      },
      (request) => extracts(request),
    ];
    const failed = await run();
    expect(failed).toMatchObject({ status: 'FAILED', failure: { code: 'PDF_DAMAGED' } });
    const { data } = await graphql(service.url, retry, { id: failed.id });
    expect(data.retryJob.job).toMatchObject({
      status: expect.stringMatching(/PENDING|RUNNING/),
      retryCount: 0,
      failure: null,
    });
    const job = await ended(failed.id);
    expect(job).toMatchObject({ status: 'COMPLETED', failure: null });
    expect(job.attempts).toEqual([
      { number: 1, failure: { code: 'PDF_DAMAGED' } },
      { number: 2, failure: null },
    ]);
    expect(requests[1]?.stored?.pages).toEqual([{ first: 1, last: 1 }]);
    const again = await graphql(service.url, retry, { id: failed.id });
    expect(again.errors?.[0]?.extensions.code).toBe('JOB_FINAL');
  });

  it('refuses a job that has not ended, and an unknown job', async () => {
    await service.stopWorker();
    const create = 'mutation ($input: CreateJobInput!) { createJob(input: $input) { job { id } } }';
    const { data } = await graphql(service.url, create, { input: { source: { base64 } } });
    const { id } = data.createJob.job;
    expect((await graphql(service.url, retry, { id })).errors?.[0]?.extensions.code).toBe('JOB_NOT_FINAL');
    expect(
      (await graphql(service.url, retry, { id: 'job_01h455vb4pex5vsknk084sn02q' })).errors?.[0]?.extensions.code,
    ).toBe('NOT_FOUND');
    await graphql(service.url, 'mutation ($id: ID!) { cancelJob(id: $id) { job { id } } }', { id });
    expect((await graphql(service.url, retry, { id })).data.retryJob.job.status).toBe('PENDING');
    await service.startWorker();
    script = [(request) => extracts(request)];
    expect(await ended(id)).toMatchObject({ status: 'COMPLETED' });
  });
});

describe('retryJob with options', () => {
  const retry = `mutation ($id: ID!, $options: JobOptionsInput) {
    retryJob(id: $id, options: $options) { job { id maxRetries options { pages engine ocr timeoutSeconds } } }
  }`;

  /** Runs a job that fails with one page stored, and returns its id. */
  async function failed(options: object): Promise<string> {
    script = [
      async function* (request) {
        yield* extracts(request, 'PDFIUM', 1);
        throw new JobError('PDF_DAMAGED', { page: 2 });
      },
    ];
    return (await run({ maxRetries: 0, ...options })).id;
  }

  async function retried(id: string, options: object | null) {
    script = [(request) => extracts(request)];
    const { data, errors } = await graphql(service.url, retry, { id, options });
    expect(errors).toBeUndefined();
    expect(await ended(id)).toMatchObject({ status: 'COMPLETED' });
    return data.retryJob.job;
  }

  it('replaces only the given options', async () => {
    const id = await failed({ pages: '1-3', timeoutSeconds: 60 });
    const { options, maxRetries } = await retried(id, { engine: 'PDFIUM', maxRetries: 2, pages: null });
    expect(maxRetries).toBe(2);
    expect(options).toEqual({ pages: '1-3', engine: 'PDFIUM', ocr: false, timeoutSeconds: 60 });
    expect(requests[1]).toMatchObject({ pages: '1-3', engine: 'PDFIUM' });
  });

  it('keeps the stored pages if the options do not change them', async () => {
    const id = await failed({});
    await retried(id, { timeoutSeconds: 30, noProgressSeconds: 20, password: 'x', engine: 'AUTO' });
    expect(requests[1]).toMatchObject({ password: 'x', stored: { pages: [{ first: 1, last: 1 }] } });
  });

  it.each([{ pages: '1-' }, { engine: 'PDFJS' }, { keepHyphenation: true }, { thumbnails: true }])(
    'extracts all pages again if the options change them: %j',
    async (options) => {
      await retried(await failed({}), options);
      expect(requests[1]).toMatchObject({ stored: null });
    },
  );

  it('stores the password encrypted, and not among the options', async () => {
    const id = await failed({});
    await service.stopWorker();
    await graphql(service.url, retry, { id, options: { password: 'secret' } });
    const { prisma } = service.platform.database;
    const row = await prisma.job.findUniqueOrThrow({ where: { id: decodeId('job', id) ?? '' } });
    expect(JSON.stringify(row.options)).not.toContain('secret');
    expect(row.sealedPassword).not.toBeNull();
    expect(row.sealedPassword).not.toContain('secret');
    script = [(request) => extracts(request)];
    await service.startWorker();
    expect(await ended(id)).toMatchObject({ status: 'COMPLETED' });
  });

  it('reports every invalid option, and changes nothing', async () => {
    const id = await failed({});
    const { errors } = await graphql(service.url, retry, { id, options: { pages: '5-1', maxRetries: 99 } });
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    expect(errors?.[0]?.extensions.issues?.map(({ path }) => path.join('.'))).toEqual([
      'options.pages',
      'options.maxRetries',
    ]);
    const { data } = await graphql(service.url, 'query ($id: ID!) { job(id: $id) { status } }', { id });
    expect(data.job.status).toBe('FAILED');
  });
});
