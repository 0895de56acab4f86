import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Client, createClient } from '../../src/client/client.ts';
import { createJobListStore } from '../../src/client/job-list-store.ts';
import { createProgressStore } from '../../src/client/progress-store.ts';
import { type Service, startService } from '../service.ts';
import { submitFixture } from './running.ts';

let service: Service;
let client: Client;
beforeAll(async () => {
  service = await startService({ worker: false });
  client = createClient({ url: service.url, webSocket: WebSocket });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const ignore = () => undefined;

describe('the store of useJobProgress', () => {
  it('watches on an open socket', async () => {
    const [first, second] = [await submitFixture(client, 'one-page.pdf'), await submitFixture(client, 'table.pdf')];
    const other = client.jobProgress(first)[Symbol.asyncIterator]();
    await other.next();
    const store = createProgressStore((options) => client.jobProgress(second, options));
    expect(store.get()).toEqual({ progress: null, state: 'connecting', error: null });
    const leave = store.subscribe(ignore);
    await expect.poll(() => store.get().progress?.status).toBe('PENDING');
    expect(store.get().state).toBe('connected');
    leave();
    await other.return?.();
    await expect.poll(() => service.api.hub.watched).toBe(0);
  });

  it('stops with the last listener, and resumes with the next', async () => {
    const id = await submitFixture(client, 'one-page.pdf');
    const store = createProgressStore((options) => client.jobProgress(id, options));
    const leave = [store.subscribe(ignore), store.subscribe(ignore)];
    await expect.poll(() => store.get().progress?.status).toBe('PENDING');
    leave[0]?.();
    expect(service.api.hub.watched).toBe(1);
    leave[1]?.();
    await expect.poll(() => service.api.hub.watched).toBe(0);
    await client.cancelJob(id);
    expect(store.get().progress?.status).toBe('PENDING');
    const seen: (string | undefined)[] = [];
    store.subscribe(() => seen.push(store.get().progress?.status));
    await expect
      .poll(() => store.get())
      .toMatchObject({ progress: { status: 'CANCELLED' }, state: 'done', error: null });
    expect(seen.filter((status) => status === 'CANCELLED').length).toBeGreaterThan(0);
    // The job is final: the store does not subscribe again.
    store.subscribe(ignore);
    expect(service.api.hub.watched).toBe(0);
  });
});

describe('the store of useJobUpdates', () => {
  it('removes a job that leaves the filter, and adds one that enters it', async () => {
    const store = createJobListStore(client, { filter: { status: ['CANCELLED'], name: 'mine' }, first: 10 });
    const leave = store.subscribe(ignore);
    await expect.poll(() => store.get().state).toBe('connected');
    const upload = await client.upload(new Blob(['%PDF-1.7']));
    const { job } = await client.createJob({ source: { upload }, name: 'mine' });
    await client.cancelJob(job.id);
    await expect.poll(() => store.get().jobs.map(({ id, status }) => [id, status])).toEqual([[job.id, 'CANCELLED']]);
    await client.retryJob(job.id);
    await expect.poll(() => store.get().jobs).toEqual([]);
    leave();
  });
});
