import { openAsBlob } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Client, createClient } from '../../src/client/client.ts';
import { GraphQLRequestError, ServerUnreachableError } from '../../src/client/errors.ts';
import { CreateJobDocument, FinishedJobDocument, type ProgressFragment } from '../../src/client/generated/graphql.ts';
import { freePort } from '../../src/connections/embedded-server.ts';
import { serve } from '../download/pdf-server.ts';
import { type Service, startService } from '../service.ts';
import { type LossyProxy, startLossyProxy } from './lossy-proxy.ts';
import { fixture } from './running.ts';

let service: Service;
let proxy: LossyProxy;
/** All of whose ways lead through the proxy. */
let client: Client;
/** Of whose ways only uploads lead through the proxy, as their URLs come from the server. */
let direct: Client;
beforeAll(async () => {
  const port = await freePort();
  proxy = await startLossyProxy(port);
  service = await startService({ config: { port, publicUrl: proxy.origin }, worker: false });
  client = createClient({ url: proxy.origin, webSocket: WebSocket });
  direct = createClient({ url: `http://127.0.0.1:${port}`, webSocket: WebSocket });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

async function submit(name: string): Promise<string> {
  const upload = await client.upload(await openAsBlob(fixture(name)), { name });
  const { createJob } = await client.request(CreateJobDocument, { input: { source: { upload } } });
  return createJob.job.id;
}

describe('jobProgress', () => {
  it('goes on where it was when the connection is lost, to the end', async () => {
    const id = await submit('many-pages.pdf');
    const interruptions: Error[] = [];
    const events: ProgressFragment[] = [];
    for await (const event of client.jobProgress(id, { onInterruption: (error) => interruptions.push(error) })) {
      events.push(event);
      if (events.length === 1) await service.startWorker();
      if (events.length <= 2) proxy.cut();
    }
    expect(interruptions.length).toBeGreaterThanOrEqual(2);
    expect(events[0]).toMatchObject({ status: 'PENDING' });
    expect(events.at(-1)).toMatchObject({ status: 'COMPLETED', progressPercentage: 100, pagesDone: 300 });
    expect(new Set(events.map(({ cursor }) => cursor)).size).toBe(events.length);
    const percentages = events.map(({ progressPercentage }) => progressPercentage);
    expect(percentages).toEqual(percentages.toSorted((a, b) => a - b));
    await service.stopWorker();
  });

  it('ends at once after the last event of a job that is final', async () => {
    await service.startWorker();
    const id = await submit('one-page.pdf');
    const events: ProgressFragment[] = [];
    for await (const event of client.jobProgress(id)) events.push(event);
    await service.stopWorker();
    for await (const event of client.jobProgress(id, { after: events.at(-1)?.cursor })) events.push(event);
    expect(events.filter(({ status }) => status === 'COMPLETED')).toHaveLength(1);
  });

  it('stops when its signal is aborted while it waits', async () => {
    const id = await submit('one-page.pdf');
    const stop = new AbortController();
    const reason = new Error('enough');
    const watching = (async () => {
      for await (const event of client.jobProgress(id, { signal: stop.signal })) {
        if (event.status === 'PENDING') stop.abort(reason);
      }
    })();
    await expect(watching).rejects.toBe(reason);
  });

  it('refuses a job that is not there', async () => {
    const first = client.jobProgress('job_01h455vb4pex5vsknk084sn02q')[Symbol.asyncIterator]().next();
    await expect(first).rejects.toMatchObject({ name: 'GraphQLRequestError', code: 'NOT_FOUND' });
  });
});

describe('upload', () => {
  it('sends a file again when the connection breaks in the middle', async () => {
    proxy.cutAfterSending(50_000);
    const body = await openAsBlob(fixture('many-pages.pdf'));
    let sent = 0;
    let starts = 0;
    const onProgress = (bytes: number) => {
      if (bytes <= sent) starts++;
      sent = bytes;
    };
    const upload = await direct.upload(body, { name: 'many.pdf', onProgress });
    expect(starts).toBe(1);
    expect(sent).toBe(body.size);
    const { createJob } = await direct.request(CreateJobDocument, { input: { source: { upload } } });
    const { job } = await direct.request(FinishedJobDocument, { id: createJob.job.id });
    expect(job?.source).toMatchObject({ filename: 'many.pdf', bytes: body.size });
  });

  it('succeeds when the bytes arrived and only the answer was lost', async () => {
    proxy.loseAnswer();
    const upload = await direct.upload(await openAsBlob(fixture('one-page.pdf')));
    const { createJob } = await direct.request(CreateJobDocument, { input: { source: { upload } } });
    expect(createJob.deduplicated).toBe(false);
  });

  it('holds only a little of a large document in memory at a time', async () => {
    // Not the real server: it would hold parts of the document in the same process.
    await using sink = await serve((request, response) => {
      const url = `http://${request.headers.host}/`;
      const upload = { id: 'upload_1', method: 'PUT', url, headers: [] };
      request.resume().once('end', () => response.end(JSON.stringify({ data: { createUpload: { upload } } })));
    });
    const chunks = 3_000;
    const body = (async function* () {
      for (let i = 0; i < chunks; i++) yield new Uint8Array(65_536);
    })();
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const onProgress = () => {
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    };
    expect(await createClient({ url: sink.origin }).upload(body, { onProgress })).toBe('upload_1');
    expect(most).toBeLessThan((chunks * 65_536) / 2);
  });

  it('tells a stream that cannot be read from a server that cannot be reached', async () => {
    const failure = new Error('the disk is gone');
    // biome-ignore lint/correctness/useYield: it fails before its first chunk
    const body = (async function* (): AsyncGenerator<Uint8Array> {
      throw failure;
    })();
    await expect(direct.upload(body)).rejects.toBe(failure);
  });
});

describe('request', () => {
  it('throws code, advice and every issue of a refusal', async () => {
    const input = { source: { url: 'ftp://example.com' }, priority: 12 };
    const error = await direct.request(CreateJobDocument, { input }).catch((each: unknown) => each);
    if (!(error instanceof GraphQLRequestError)) throw error;
    expect(error.code).toBe('BAD_USER_INPUT');
    expect(error.advice).toBeTypeOf('string');
    expect(error.issues.map(({ path }) => path.join('.')).sort()).toEqual(['input.priority', 'input.source.url']);
  });

  it('says so when what answers is not Pagehive', async () => {
    await using other = await serve((_, response) => response.writeHead(404).end('<html>Nothing here</html>'));
    const stranger = createClient({ url: other.origin });
    const asked = stranger.request(FinishedJobDocument, { id: 'job_01h455vb4pex5vsknk084sn02q' });
    await expect(asked).rejects.toThrow(ServerUnreachableError);
    await expect(asked).rejects.toThrow(/not Pagehive \(HTTP 404\)/);
  });
});
