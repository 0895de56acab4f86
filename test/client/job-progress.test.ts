import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Client, createClient } from '../../src/client/client.ts';
import type { ProgressFragment } from '../../src/client/generated/graphql.ts';
import type { ConnectionState } from '../../src/client/resume.ts';
import { freePort } from '../../src/connections/embedded-server.ts';
import { type Service, startService } from '../service.ts';
import { type LossyProxy, startLossyProxy } from './lossy-proxy.ts';
import { collect, stepsBack, submitFixture } from './running.ts';

let service: Service;
let proxy: LossyProxy;
beforeAll(async () => {
  const port = await freePort();
  proxy = await startLossyProxy(port);
  service = await startService({ config: { port, publicUrl: proxy.origin }, worker: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

const missing = 'job_01h455vb4pex5vsknk084sn02q';

describe.each(['websocket', 'sse'] as const)('jobProgress over %s', (transport) => {
  let client: Client;
  beforeAll(() => {
    client = createClient({ url: proxy.origin, transport, webSocket: WebSocket });
  });

  it('resumes after a lost connection, and reports its connection state', async () => {
    const id = await submitFixture(client, 'many-pages.pdf');
    const states: string[] = [];
    const events: ProgressFragment[] = [];
    for await (const event of client.jobProgress(id, { onState: (state) => states.push(state) })) {
      events.push(event);
      if (events.length === 1) await service.startWorker();
      if (events.length <= 2) proxy.cut();
    }
    await service.stopWorker();
    expect(states).toEqual(['connected', 'reconnecting', 'connected', 'reconnecting', 'connected', 'done']);
    expect(events[0]).toMatchObject({ status: 'PENDING' });
    expect(events.at(-1)).toMatchObject({ status: 'COMPLETED', progressPercentage: 100, pagesDone: 300 });
    expect(stepsBack(events)).toEqual([]);
  });

  it('ends without an event when resumed after the final one', async () => {
    const id = await submitFixture(client, 'one-page.pdf');
    await client.cancelJob(id);
    const events = await collect(client.jobProgress(id));
    expect(events.map(({ status }) => status)).toEqual(['CANCELLED']);
    expect(await collect(client.jobProgress(id, { after: events[0]?.cursor }))).toEqual([]);
  });

  it('throws the reason of its signal when that is aborted while waiting', async () => {
    const id = await submitFixture(client, 'one-page.pdf');
    const stop = new AbortController();
    const reason = new Error('enough');
    const states: string[] = [];
    const watching = (async () => {
      const options = { signal: stop.signal, onState: (state: string) => states.push(state) };
      for await (const { status } of client.jobProgress(id, options)) if (status === 'PENDING') stop.abort(reason);
    })();
    await expect(watching).rejects.toBe(reason);
    expect(states).toEqual(['connected', 'done']);
    await expect.poll(() => service.api.hub.watched).toBe(0);
  });

  it('unsubscribes at once when its iterator returns while waiting', async () => {
    const id = await submitFixture(client, 'one-page.pdf');
    const events = client.jobProgress(id)[Symbol.asyncIterator]();
    await events.next();
    const waiting = events.next();
    await events.return?.();
    expect(await waiting).toEqual({ value: undefined, done: true });
    await expect.poll(() => service.api.hub.watched).toBe(0);
  });

  it('throws NOT_FOUND for an unknown job, and is done', async () => {
    const states: [ConnectionState, Error?][] = [];
    const stream = client.jobProgress(missing, { onState: (...change) => states.push(change) });
    const refusal = { name: 'GraphQLRequestError', code: 'NOT_FOUND' };
    await expect(collect(stream)).rejects.toMatchObject(refusal);
    expect(states.at(-1)).toMatchObject(['done', refusal]);
  });

  it('gives up after maxTries', async () => {
    const nowhere = createClient({ url: `http://127.0.0.1:${await freePort()}`, transport, webSocket: WebSocket });
    await expect(collect(nowhere.jobProgress(missing, { maxTries: 2 }))).rejects.toMatchObject({
      name: 'ServerUnreachableError',
    });
  });
});

describe('jobProgress over WebSocket', () => {
  it('watches more jobs than one socket allows', async () => {
    const client = createClient({ url: proxy.origin, webSocket: WebSocket });
    const id = await submitFixture(client, 'one-page.pdf');
    const watched = Array.from({ length: 170 }, () => client.jobProgress(id)[Symbol.asyncIterator]());
    const first = await Promise.all(watched.map((events) => events.next()));
    expect(new Set(first.map(({ value }) => value?.status))).toEqual(new Set(['PENDING']));
    await Promise.all(watched.map((events) => events.return?.()));
  });
});

describe('a client without a configured transport', () => {
  it('uses Server-Sent Events where WebSocket is unavailable', async () => {
    const client = createClient({ url: proxy.origin });
    const id = await submitFixture(client, 'one-page.pdf');
    await client.cancelJob(id);
    expect(await collect(client.jobProgress(id))).toHaveLength(1);
  });
});
