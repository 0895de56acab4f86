import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertJob, insertPages } from '../api/rows.ts';
import { downloadOf, fetchFile } from '../downloads/fetching.ts';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { head, openRawClient } from './raw-client.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

describe('unread responses', () => {
  it('close the connections of their clients when they exceed the budget', async () => {
    const job = await insertJob(service, { status: 'COMPLETED' });
    await insertPages(service, job, ['A line of text.\n'.repeat(56_000)]);
    const query = JSON.stringify({ query: `{ job(id: "${job.id}") { pages { nodes { text } } } }` });
    const post = `${head('POST', '/graphql', { 'content-type': 'application/json', 'content-length': query.length })}${query}`;
    const clients = await Promise.all(Array.from({ length: 20 }, () => openRawClient(service.api.port)));
    for (const { socket } of clients) socket.pause();
    await expect.poll(() => service.api.connections()).toBe(20);
    // More than the kernel buffers.
    for (const client of clients) client.send(post.repeat(12));
    // 200 MB of responses are made first, one after the other.
    await expect.poll(() => service.api.connections(), { timeout: 100_000 }).toBeLessThan(20);
    for (const client of clients) client[Symbol.dispose]();
    await expect.poll(() => service.api.connections()).toBe(0);
    const { data } = await graphql(service.url, JSON.parse(query).query);
    expect(data.job.pages.nodes[0].text).toHaveLength(896_000);
  }, 120_000);
});

describe('unread downloads', () => {
  it('close the connections of their clients when their pages take too much memory', async () => {
    const job = await insertJob(service, { status: 'COMPLETED' });
    await insertPages(service, job, ['A line of text.\n'.repeat(250_000)]);
    const { pathname, search } = new URL((await downloadOf(service, job.id, 'NDJSON')).url);
    const clients = await Promise.all(Array.from({ length: 8 }, () => openRawClient(service.api.port)));
    for (const { socket } of clients) socket.pause();
    await expect.poll(() => service.api.connections()).toBe(8);
    for (const client of clients) client.send(head('GET', `${pathname}${search}`));
    await expect.poll(() => service.api.connections()).toBeLessThan(8);
    for (const client of clients) client[Symbol.dispose]();
    await expect.poll(() => service.api.connections()).toBe(0);
    await expect.poll(async () => (await fetchFile(service, job.id, 'NDJSON')).length).toBeGreaterThan(8_000_000);
  });
});
