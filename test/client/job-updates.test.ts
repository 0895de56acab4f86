import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createClient } from '../../src/client/client.ts';
import type { JobFilter, ProgressFragment } from '../../src/client/generated/graphql.ts';
import { isFinal } from '../../src/client/job-progress.ts';
import { freePort } from '../../src/connections/embedded-server.ts';
import { type Service, startService } from '../service.ts';
import { type LossyProxy, startLossyProxy } from './lossy-proxy.ts';
import { stepsBack, submitFixture } from './running.ts';

let service: Service;
let proxy: LossyProxy;
beforeAll(async () => {
  const port = await freePort();
  proxy = await startLossyProxy(port);
  service = await startService({ config: { port, publicUrl: `http://127.0.0.1:${port}` } });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

describe.each(['websocket', 'sse'] as const)('jobUpdates over %s', (transport) => {
  it('reports changes of every job, even after a lost connection', async () => {
    const direct = createClient({ url: service.url });
    const client = createClient({ url: proxy.origin, transport, webSocket: WebSocket });
    const ids: string[] = [];
    const events: ProgressFragment[] = [];
    const stop = new AbortController();
    const enough = new Error('enough');
    const watching = (async () => {
      for await (const event of client.jobUpdates({ signal: stop.signal, onState })) {
        events.push(event);
        if (!isFinal(event)) continue;
        if (ids.length === 1) proxy.cut();
        else stop.abort(enough);
      }
    })();
    function onState(state: string): void {
      // A WebSocket client does not learn when its subscription is active, but the server knows.
      if (state === 'connected') void inForce().then(submitNext);
    }
    const inForce = () => expect.poll(() => service.api.hub.watched).toBe(1);
    async function submitNext(): Promise<void> {
      ids.push(await submitFixture(direct, 'one-page.pdf'));
    }
    await expect(watching).rejects.toBe(enough);
    expect(ids).toHaveLength(2);
    for (const id of ids) {
      const own = events.filter(({ jobId }) => jobId === id);
      expect(own.at(-1)).toMatchObject({ status: 'COMPLETED', progressPercentage: 100 });
      expect(stepsBack(own)).toEqual([]);
    }
  });
});

describe('jobUpdates with a filter', () => {
  it('reports jobs that match, and when one stops matching', async () => {
    await service.stopWorker();
    const client = createClient({ url: service.url, transport: 'sse' });
    const filter = { name: 'MINE', status: ['PENDING', 'RUNNING'] } satisfies JobFilter;
    const events = client.jobUpdates({ filter })[Symbol.asyncIterator]();
    const first = events.next();
    await expect.poll(() => service.api.hub.watched).toBe(1);
    const upload = await client.upload(new Blob(['%PDF-1.7']));
    const ids: string[] = [];
    for (const name of ['theirs', 'still mine']) {
      const { job } = await client.createJob({ source: { upload }, name });
      ids.push(job.id);
      await client.cancelJob(job.id);
    }
    expect((await first).value).toMatchObject({ jobId: ids[1], status: 'PENDING' });
    expect((await events.next()).value).toMatchObject({ jobId: ids[1], status: 'CANCELLED' });
    await events.return?.();
  });

  it('does not report a job that never matched', async () => {
    const client = createClient({ url: service.url, transport: 'sse' });
    const events = client.jobUpdates({ filter: { status: ['CANCELLED'] } })[Symbol.asyncIterator]();
    const first = events.next();
    await expect.poll(() => service.api.hub.watched).toBe(1);
    const id = await submitFixture(client, 'one-page.pdf');
    await client.cancelJob(id);
    expect((await first).value).toMatchObject({ jobId: id, status: 'CANCELLED' });
    await client.retryJob(id);
    expect((await events.next()).value).toMatchObject({ jobId: id, status: 'PENDING' });
    await events.return?.();
  });

  it('refuses an invalid filter', async () => {
    const client = createClient({ url: service.url });
    const events = client.jobUpdates({ filter: { name: '\0' } })[Symbol.asyncIterator]();
    await expect(events.next()).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });
});
