import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createClient } from '../../src/client/client.ts';
import { GraphQLRequestError, ServerUnreachableError } from '../../src/client/errors.ts';
import { JobDocument } from '../../src/client/generated/graphql.ts';
import { serve } from '../download/pdf-server.ts';
import { type Service, startService } from '../service.ts';
import { collect, submitFixture } from './running.ts';

let service: Service;
let client: Client;
beforeAll(async () => {
  service = await startService();
  client = createClient({ url: service.url });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const missing = 'job_01h455vb4pex5vsknk084sn02q';

describe('queries and mutations', () => {
  it('create a job, read it with its result, find it and delete it', async () => {
    const id = await submitFixture(client, 'links.pdf');
    await collect(client.jobProgress(id));
    const job = await client.job(id);
    expect(job).toMatchObject({ id, status: 'COMPLETED', source: { filename: 'links.pdf' }, failure: null });
    expect(job?.result?.pageCount).toBe(job?.pagesTotal);
    const { nodes, totalCount } = await client.jobs({ filter: { status: ['COMPLETED'] } });
    expect([nodes.map((each) => each.id), totalCount]).toEqual([[id], 1]);
    expect(await client.deleteJob(id)).toBe(id);
    expect(await client.job(id)).toBeNull();
  });

  it('read all pages of a document in several requests', async () => {
    const id = await submitFixture(client, 'many-pages.pdf');
    await collect(client.jobProgress(id));
    const pages = await collect(client.pages(id));
    expect(pages.map(({ number }) => number)).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
    const [hit] = (await client.searchPages({ query: 'page', first: 1 })).nodes;
    expect(hit).toMatchObject({ job: { id }, snippet: expect.stringMatching(/page/i) });
  });

  it('cancel a job and retry it', async () => {
    await service.stopWorker();
    const id = await submitFixture(client, 'one-page.pdf');
    expect(await client.cancelJob(id)).toMatchObject({ id, status: 'CANCELLED' });
    expect(await client.retryJob(id)).toMatchObject({ id, status: 'PENDING' });
    await service.startWorker();
  });

  it('send any generated document', async () => {
    expect(await client.request(JobDocument, { id: missing })).toEqual({ job: null });
  });
});

describe('a request', () => {
  it('throws code, advice and every issue of a refusal', async () => {
    const error = await client.createJob({ source: { url: 'ftp://example.com' }, priority: 12 }).catch((each) => each);
    if (!(error instanceof GraphQLRequestError)) throw error;
    expect(error.code).toBe('BAD_USER_INPUT');
    expect(error.advice).toBeTypeOf('string');
    expect(error.issues.map(({ path }) => path.join('.')).sort()).toEqual(['input.priority', 'input.source.url']);
  });

  it('throws NOT_FOUND for the pages of an unknown job', async () => {
    await expect(collect(client.pages(missing))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('throws the reason of its signal', async () => {
    const reason = new Error('enough');
    await expect(client.job(missing, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('reports that the server is not Pagehive', async () => {
    await using other = await serve((_, response) => response.writeHead(404).end('<html>Nothing here</html>'));
    const asked = createClient({ url: other.origin }).job(missing);
    await expect(asked).rejects.toThrow(ServerUnreachableError);
    await expect(asked).rejects.toThrow(/not Pagehive \(HTTP 404\)/);
  });

  it('sends the API key, and asks for a new one each time if it is a function', async () => {
    const seen: (string | undefined)[] = [];
    await using other = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.end('{ "data": { "job": null } }');
    });
    let asked = 0;
    for (const apiKey of ['fixed', () => `fresh-${++asked}`]) {
      const keyed = createClient({ url: other.origin, apiKey });
      await keyed.job(missing);
      await keyed.job(missing);
    }
    expect(seen).toEqual(['Bearer fixed', 'Bearer fixed', 'Bearer fresh-1', 'Bearer fresh-2']);
  });
});
