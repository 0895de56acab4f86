import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createClient } from '../../src/client/client.ts';
import { stepsBack } from '../client/running.ts';
import { graphql, openSubscription } from '../graphql.ts';
import { deferred, group, opened, stepwise } from '../jobs/extractors.ts';
import { startService } from '../service.ts';
import { accepted, inline, submit } from './submitting.ts';

const query = `subscription ($id: ID!) { jobProgress(id: $id) { cursor } }`;

describe('an API that shuts down', () => {
  it('closes streams and sockets at once, so that their clients resume elsewhere', async () => {
    const service = await startService({ worker: false, maintenance: false });
    const { id } = await submit(service, { source: await inline('one-page') });
    const stream = await openSubscription(service.url, query, { id });
    await stream.next();
    const socket = new WebSocket(`${service.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init' }));
    await once(socket, 'message');
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables: { id } } }));
    const next = stream.next().then(
      () => 'completed',
      () => 'cut off',
    );
    const closed = once(socket, 'close').then(([code]) => code);
    await service[Symbol.asyncDispose]();
    expect(await next).toBe('cut off');
    expect(await closed).toBe(1001);
    await expect(fetch(`${service.url}/health/live`)).rejects.toThrow();
  });

  it('makes clients reconnect without losing a state', async () => {
    await using service = await startService({ worker: false });
    const extractor = stepwise(opened(4), group(1, 1), group(2, 2), group(3, 3), group(4, 4));
    await service.startWorker({ extractor });
    const { id } = await submit(service, { source: await inline('one-page') });
    const seen = { websocket: deferred<void>(), sse: deferred<void>() };
    const watching = (['websocket', 'sse'] as const).map(async (transport) => {
      const client = createClient({ url: service.url, transport, webSocket: WebSocket });
      const events = [];
      const states: string[] = [];
      for await (const event of client.jobProgress(id, { onState: (state) => states.push(state) })) {
        events.push(event);
        if (event.pagesDone === 2) seen[transport].resolve();
      }
      return { events, states };
    });
    // One step opens the document, two read a page each.
    for (let n = 0; n < 3; n += 1) extractor.step();
    await Promise.all([seen.websocket.promise, seen.sse.promise]);
    await service.restartApi(async () => {
      // The job ends while no client is connected.
      for (let n = 0; n < 3; n += 1) extractor.step();
      const { prisma } = service.platform.database;
      await expect.poll(() => prisma.job.count({ where: { status: 'COMPLETED' } })).toBe(1);
    });
    for (const { events, states } of await Promise.all(watching)) {
      expect(stepsBack(events)).toEqual([]);
      expect(events.at(-1)).toMatchObject({ status: 'COMPLETED', pagesDone: 4 });
      expect(states).toEqual(['connected', 'reconnecting', 'connected', 'done']);
    }
  });

  it('fails its readiness check before it closes, and serves until then', async () => {
    const service = await startService({ worker: false, maintenance: false });
    const ready = async () => {
      const response = await fetch(`${service.url}/health/ready`, { headers: { connection: 'close' } });
      return { status: response.status, body: await response.json() };
    };
    const jobs = async () => accepted(await graphql(service.url, '{ jobs { nodes { id } } }')).jobs;
    expect((await ready()).status).toBe(200);
    // It drains for as long as the interval between two readiness checks: make that long enough for some requests.
    for (let n = 0; n < 5; n += 1) await jobs();
    expect((await ready()).status).toBe(200);
    const disposed = service[Symbol.asyncDispose]();
    expect(await jobs()).toEqual({ nodes: [] });
    expect(await ready()).toMatchObject({ status: 503, body: { status: 'DOWN', draining: true } });
    await disposed;
    await expect(ready()).rejects.toThrow();
  });

  it('waits for the check of the load balancer, even if another client checks all the time', async () => {
    const config = { trustedProxies: ['127.0.0.1'] };
    const service = await startService({ worker: false, maintenance: false, config });
    const checkFrom = async (address: string) => {
      const headers = { connection: 'close', 'x-forwarded-for': address };
      const response = await fetch(`${service.url}/health/ready`, { headers });
      await response.arrayBuffer();
      return response.status;
    };
    const [balancer, other] = ['192.0.2.1', '192.0.2.2'];
    expect(await checkFrom(balancer)).toBe(200);
    for (let n = 0; n < 5; n += 1) expect(await checkFrom(other)).toBe(200);
    expect(await checkFrom(balancer)).toBe(200);
    const disposed = service[Symbol.asyncDispose]();
    for (let n = 0; n < 5; n += 1) expect(await checkFrom(other)).toBe(503);
    expect(await checkFrom(balancer)).toBe(503);
    await disposed;
  });

  it('lets an upload in progress finish', async () => {
    const service = await startService({ worker: false, maintenance: false });
    const created = await graphql(service.url, 'mutation { createUpload(input: {}) { upload { url } } }');
    const put = request(accepted(created).createUpload.upload.url, {
      method: 'PUT',
      headers: { 'content-length': 10 },
    });
    const answered = once(put, 'response');
    put.write('%PDF-');
    const incoming = join(service.config.dataDir, 'storage', 'incoming');
    await expect.poll(() => readdir(incoming)).toHaveLength(1);
    const disposed = service[Symbol.asyncDispose]();
    put.end('12345');
    const [response] = await answered;
    expect(response.statusCode).toBe(201);
    await disposed;
  });
});
