import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Client, createClient } from '../../src/client/client.ts';
import { defaultLimits } from '../../src/config/config.ts';
import { freePort } from '../../src/connections/embedded-server.ts';
import { inline, submit } from '../api/submitting.ts';
import { collect, stepsBack } from '../client/running.ts';
import { readDocument } from '../docs/markdown.ts';
import { graphql } from '../graphql.ts';
import { group, opened, stepwise } from '../jobs/extractors.ts';
import { bearer, issueKey } from '../keys/asking.ts';
import { type Service, startService } from '../service.ts';
import { hasNginx, startNginx } from './nginx.ts';

const MiB = 1024 ** 2;

/** The nginx site from docs/deployment.md with the ports of this test and a given read timeout. */
function siteOf(nginxPort: number, apiPort: number, silence = '60s'): string {
  let site = /^```nginx pagehive\.conf\n(.*?)^```$/ms.exec(readDocument('docs/deployment.md'))?.[1] ?? '';
  for (const [documented, here] of [
    ['listen 80;', `listen 127.0.0.1:${nginxPort};`],
    ['server 127.0.0.1:4000;', `server 127.0.0.1:${apiPort};`],
    ['proxy_read_timeout 60s;', `proxy_read_timeout ${silence};`],
  ] as const) {
    expect(site).toContain(documented);
    site = site.replace(documented, here);
  }
  return site;
}

const limits = { ...defaultLimits, connectionsPerAddress: 20 };

describe.skipIf(!hasNginx)('behind nginx with the site of docs/deployment.md', () => {
  let service: Service;
  let nginx: AsyncDisposable;
  let url: string;
  let apiKey: string;
  let headers: { authorization: string };
  beforeAll(async () => {
    const nginxPort = await freePort();
    url = `http://127.0.0.1:${nginxPort}`;
    service = await startService({
      worker: false,
      config: { publicUrl: url, trustedProxies: ['127.0.0.1'], limits },
      overrides: { keepAliveMs: 1_500 },
    });
    nginx = await startNginx(siteOf(nginxPort, service.config.port, '4s'), url);
    const key = await issueKey(service, ['READ', 'WRITE']);
    apiKey = key.secret;
    headers = { authorization: bearer(key) };
  });
  afterAll(async () => {
    await nginx[Symbol.asyncDispose]();
    await service[Symbol.asyncDispose]();
  });

  const submitForLater = async () =>
    submit(service, { source: await inline('one-page'), runAt: new Date(Date.now() + 3_600_000) }, headers);

  describe.each(['websocket', 'sse'] as const)('a subscription over %s', (transport) => {
    let client: Client;
    beforeAll(() => {
      client = createClient({ url, apiKey, transport, webSocket: WebSocket });
    });

    it('delivers each event before the next one happens', async () => {
      const extractor = stepwise(opened(3), group(1, 1), group(2, 2), group(3, 3));
      await service.startWorker({ extractor });
      const { id } = await submit(service, { source: await inline('one-page') }, headers);
      const events = [];
      // Each page is extracted only after the previous one was seen: a buffered event would block this loop forever.
      extractor.step();
      for await (const event of client.jobProgress(id)) {
        if (event.pagesDone > (events.at(-1)?.pagesDone ?? -1)) extractor.step();
        events.push(event);
      }
      await service.stopWorker();
      expect(events.map(({ pagesDone }) => pagesDone)).toEqual(expect.arrayContaining([0, 1, 2, 3]));
      expect(stepsBack(events)).toEqual([]);
    });

    it('resumes after a restart of the server', async () => {
      const { id } = await submitForLater();
      const states: string[] = [];
      const watching = collect(client.jobProgress(id, { onState: (state) => states.push(state) }));
      await expect.poll(() => service.api.hub.watched).toBe(1);
      await service.restartApi(async () => {
        expect((await fetch(`${url}/health/live`)).status).toBe(502);
      });
      await client.cancelJob(id);
      expect((await watching).at(-1)).toMatchObject({ status: 'CANCELLED' });
      expect(states).toEqual(['connected', 'reconnecting', 'connected', 'done']);
    });
  });

  it('keeps subscriptions open while nothing happens', async () => {
    const { id } = await submitForLater();
    const states: string[] = [];
    const watching = (['websocket', 'sse'] as const).map((transport) => {
      const client = createClient({ url, apiKey, transport, webSocket: WebSocket });
      return collect(client.jobProgress(id, { onState: (state) => states.push(`${transport} ${state}`) }));
    });
    await untilKeepAlives(id, 5);
    await createClient({ url, apiKey }).cancelJob(id);
    for (const events of await Promise.all(watching)) expect(events.at(-1)).toMatchObject({ status: 'CANCELLED' });
    expect(states.sort()).toEqual(['sse connected', 'sse done', 'websocket connected', 'websocket done']);
  });

  /** Reads a stream until it has this many comments, for longer than nginx waits on a silent connection. */
  async function untilKeepAlives(id: string, count: number): Promise<void> {
    const stop = new AbortController();
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: `subscription { jobProgress(id: "${id}") { cursor } }` }),
      signal: stop.signal,
    });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while ((text.match(/^:$/gm) ?? []).length < count) text += (await reader?.read())?.value ?? '';
    stop.abort();
  }

  async function createUpload(): Promise<string> {
    const answer = await graphql(url, 'mutation { createUpload(input: {}) { upload { url } } }', {}, headers);
    return answer.data.createUpload.upload.url;
  }

  it('accepts uploads and inline documents above the default limits of nginx', async () => {
    const uploadUrl = await createUpload();
    expect(new URL(uploadUrl).origin).toBe(url);
    const stored = await fetch(uploadUrl, { method: 'PUT', body: new Uint8Array(64 * MiB) });
    expect([stored.status, await stored.json()]).toMatchObject([201, { bytes: 64 * MiB }]);
    // With the documented read timeout: this takes long on a busy machine.
    const port = await freePort();
    await using _ = await startNginx(siteOf(port, service.config.port), `http://127.0.0.1:${port}`);
    const base64 = Buffer.alloc(25 * MiB).toString('base64');
    const mutation = 'mutation ($source: JobSourceInput!) { createJob(input: { source: $source }) { job { id } } }';
    const created = await graphql(`http://127.0.0.1:${port}`, mutation, { source: { base64 } }, headers);
    expect(created.errors).toBeUndefined();
  });

  it('streams the bytes of an upload without buffering', async () => {
    const put = request(await createUpload(), { method: 'PUT', headers: { 'content-length': 10 } });
    const answered = once(put, 'response');
    put.write('%PDF-');
    const incoming = join(service.config.dataDir, 'storage', 'incoming');
    await expect.poll(() => readdir(incoming)).toHaveLength(1);
    put.end('12345');
    const [response] = await answered;
    expect(response.statusCode).toBe(201);
    response.resume();
    await once(response, 'end');
  });

  it('counts clients by their real addresses, even if their headers claim others', async () => {
    const { id } = await submitForLater();
    const query = encodeURIComponent(`subscription { jobProgress(id: "${id}") { cursor } }`);
    const open = async (localAddress: string, claim: string) => {
      const claims = { 'x-forwarded-for': claim, forwarded: `for=${claim}` };
      const watching = request(`${url}/graphql?query=${query}`, {
        localAddress,
        headers: { ...headers, accept: 'text/event-stream', ...claims },
        agent: false,
      });
      watching.on('error', () => undefined).end();
      const [response] = await once(watching, 'response');
      return { status: response.statusCode, close: () => watching.destroy() };
    };
    const streams = [];
    for (let n = 0; n < 21; n += 1) streams.push(await open('127.0.0.2', `192.0.2.${n}`));
    expect(streams.map(({ status }) => status)).toEqual([...Array(20).fill(200), 503]);
    const other = await open('127.0.0.3', '127.0.0.2');
    expect(other.status).toBe(200);
    for (const { close } of [...streams, other]) close();
    await expect.poll(() => service.api.hub.watched).toBe(0);
  });

  it('serves GraphiQL, but no metrics', async () => {
    const page = await fetch(`${url}/graphql`, { headers: { ...headers, accept: 'text/html' } });
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('Pagehive')]);
    expect((await fetch(`${url}/metrics`)).status).toBe(404);
  });
});
