import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { graphql, openSubscription } from '../graphql.ts';
import { startService } from '../service.ts';
import { accepted, inline, submit } from './submitting.ts';

const query = `subscription ($id: ID!) { jobProgress(id: $id) { cursor } }`;

describe('an API that shuts down', () => {
  it('waits for nobody who only watches: streams are cut off, sockets closed, so that clients resume elsewhere', async () => {
    const service = await startService({ worker: false, maintenance: false });
    const { id } = await submit(service, { source: await inline('one-page') });
    const stream = await openSubscription(service.url, query, { id });
    await stream.next();
    const socket = new WebSocket(`${service.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init' }));
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

  it('lets an upload that is under way finish', async () => {
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
