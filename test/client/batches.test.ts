import { openAsBlob } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Client, createClient } from '../../src/client/client.ts';
import type { BatchCountsFragment } from '../../src/client/generated/graphql.ts';
import { createProgressStore } from '../../src/client/progress-store.ts';
import { freePort } from '../../src/connections/embedded-server.ts';
import { fixture } from '../cli/running.ts';
import { type Service, startService } from '../service.ts';
import { type LossyProxy, startLossyProxy } from './lossy-proxy.ts';
import { collect } from './running.ts';

let service: Service;
let proxy: LossyProxy;
let client: Client;
beforeAll(async () => {
  const port = await freePort();
  proxy = await startLossyProxy(port);
  service = await startService({ config: { port, publicUrl: proxy.origin }, worker: false });
  client = createClient({ url: proxy.origin, webSocket: WebSocket });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

const broken = { source: { base64: Buffer.from('no PDF').toString('base64') }, name: 'broken' };

async function submitBatch(count: number): Promise<string> {
  const upload = await client.upload(await openAsBlob(fixture('one-page.pdf')));
  const items = Array.from({ length: count - 1 }, (_, index) => ({ source: { upload }, name: `item ${index}` }));
  return (await client.createBatch({ name: 'many', items: [...items, broken] })).batch.id;
}

const sum = ({ pending, running, completed, failed, cancelled }: BatchCountsFragment) =>
  pending + running + completed + failed + cancelled;

describe.each(['websocket', 'sse'] as const)('batchProgress over %s', (transport) => {
  it('resumes after a lost connection, and its counts always add up', async () => {
    const watching = createClient({ url: proxy.origin, transport, webSocket: WebSocket });
    const id = await submitBatch(20);
    const states: string[] = [];
    const events: BatchCountsFragment[] = [];
    for await (const event of watching.batchProgress(id, { onState: (state) => states.push(state) })) {
      events.push(event);
      if (events.length === 1) await service.startWorker();
      if (events.length <= 2) proxy.cut();
    }
    await service.stopWorker();
    expect(states.slice(0, 4)).toEqual(['connected', 'reconnecting', 'connected', 'reconnecting']);
    expect(states.at(-1)).toBe('done');
    expect(events[0]).toMatchObject({ batchId: id, name: 'many', status: 'PENDING', pending: 20 });
    expect(events.at(-1)).toMatchObject({ status: 'PARTIALLY_FAILED', completed: 19, failed: 1 });
    expect(events.map(sum).every((each) => each === 20)).toBe(true);
    const revisions = events.map(({ revision }) => revision);
    expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
    expect(await collect(watching.batchProgress(id, { after: events.at(-1)?.cursor }))).toEqual([]);
  });
});

describe('the batches of a client', () => {
  it('are created, read, listed, cancelled, retried and downloaded', async () => {
    const id = await submitBatch(3);
    expect(await client.batch(id)).toMatchObject({ id, total: 3, pending: 3, status: 'PENDING' });
    expect((await client.batches({ first: 1 })).nodes).toMatchObject([{ id }]);
    const jobs = await collect(client.batchJobs(id));
    expect(jobs.map(({ batchIndex, name }) => [batchIndex, name])).toEqual([
      [0, 'item 0'],
      [1, 'item 1'],
      [2, 'broken'],
    ]);
    expect(await client.cancelBatch(id)).toMatchObject({ id, status: 'CANCELLED', cancelled: 3 });
    expect(await client.retryBatch(id)).toMatchObject({ id, status: 'CANCELLED' });
    const cancelled = await collect(client.batchJobs(id, { filter: { status: ['COMPLETED'] } }));
    expect(cancelled).toEqual([]);
    const download = await client.download(id, 'ZIP');
    expect(download).toMatchObject({ contentType: 'application/zip' });
    expect((await fetch(download?.url ?? '')).status).toBe(200);
    expect(await client.download(jobs[0]?.id ?? '', 'TEXT')).toBeNull();
    expect(await client.batch('batch_01h455vb4pex5vsknk084sn02q')).toBeNull();
  });

  it('back the store of useBatchProgress', async () => {
    const id = await submitBatch(2);
    const store = createProgressStore((options) => client.batchProgress(id, options));
    const leave = store.subscribe(() => undefined);
    await expect.poll(() => store.get().progress?.pending).toBe(2);
    await client.cancelBatch(id);
    await expect.poll(() => store.get()).toMatchObject({ progress: { status: 'CANCELLED' }, state: 'done' });
    leave();
  });
});
