import { openAsBlob } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Client, createClient } from '../../src/client/client.ts';
import { freePort } from '../../src/connections/embedded-server.ts';
import { fixture } from '../cli/running.ts';
import { serve } from '../download/pdf-server.ts';
import { type Service, startService } from '../service.ts';
import { type LossyProxy, startLossyProxy } from './lossy-proxy.ts';

let service: Service;
let proxy: LossyProxy;
/** Only its uploads go through the proxy: their URLs come from the server. */
let client: Client;
beforeAll(async () => {
  const port = await freePort();
  proxy = await startLossyProxy(port);
  service = await startService({ config: { port, publicUrl: proxy.origin }, worker: false });
  client = createClient({ url: `http://127.0.0.1:${port}` });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

it('reports the bytes sent and the total', async () => {
  const body = await openAsBlob(fixture('many-pages.pdf'));
  const told: [number, number | null][] = [];
  await client.upload(body, { onProgress: (...progress) => told.push(progress) });
  expect(told.length).toBeGreaterThan(1);
  expect(told.every(([, total]) => total === body.size)).toBe(true);
  const sent = told.map(([bytes]) => bytes);
  expect(sent).toEqual(sent.toSorted((a, b) => a - b));
  expect(sent.at(-1)).toBe(body.size);
});

it('sends a stream of unknown size', async () => {
  const chunks = [new TextEncoder().encode('%PDF-1.7\n'), new Uint8Array(1_000)];
  const told: [number, number | null][] = [];
  const body = (async function* () {
    yield* chunks;
  })();
  const upload = await client.upload(body, { name: 'stream.pdf', onProgress: (...progress) => told.push(progress) });
  expect(told).toEqual([
    [9, null],
    [1_009, null],
  ]);
  const { job } = await client.createJob({ source: { upload } });
  expect(job.source).toMatchObject({ filename: 'stream.pdf', bytes: 1_009 });
});

it('takes the name of a File', async () => {
  const upload = await client.upload(new File(['%PDF-1.7'], 'named.pdf'));
  expect((await client.createJob({ source: { upload } })).job.source.filename).toBe('named.pdf');
});

it('sends a file again when the connection breaks midway', async () => {
  proxy.cutAfterSending(50_000);
  const body = await openAsBlob(fixture('many-pages.pdf'));
  let last = 0;
  let starts = 0;
  const onProgress = (bytes: number) => {
    if (bytes <= last) starts++;
    last = bytes;
  };
  const upload = await client.upload(body, { name: 'many.pdf', onProgress });
  expect(starts).toBe(1);
  expect(last).toBe(body.size);
  const { job } = await client.createJob({ source: { upload } });
  expect(job.source).toMatchObject({ filename: 'many.pdf', bytes: body.size });
});

it('succeeds when the bytes arrive and only the response is lost', async () => {
  proxy.loseAnswer();
  const upload = await client.upload(await openAsBlob(fixture('one-page.pdf')));
  expect((await client.createJob({ source: { upload } })).deduplicated).toBe(false);
});

it('buffers only a small part of a large document', async () => {
  // Not the real server, which would buffer parts of the document in this process.
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

it('throws the error of a stream that cannot be read', async () => {
  const failure = new Error('the disk is gone');
  // biome-ignore lint/correctness/useYield: it fails before its first chunk
  const body = (async function* (): AsyncGenerator<Uint8Array> {
    throw failure;
  })();
  await expect(client.upload(body)).rejects.toBe(failure);
});
