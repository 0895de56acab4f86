import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphql, openSubscription } from '../graphql.ts';
import { createDatabase, type Service, startService } from '../service.ts';
import { accepted, cancel, ended, inline, refused, storedKeys, submit, tryCreateJob } from './submitting.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';
import { overWebSocket } from './websocket-client.ts';

let service: Service;
let proxy: TcpProxy;
let database: Awaited<ReturnType<typeof createDatabase>>;
beforeAll(async () => {
  database = await createDatabase();
  proxy = await startTcpProxy(database.url);
  service = await startService({ config: { databaseUrl: proxy.through(database.url) } });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
  await database.drop();
});

describe('while the database is down', () => {
  it('requests fail with SERVICE_UNAVAILABLE, liveness holds, and everything recovers afterwards', async () => {
    const { id } = await submit(service, { source: await inline('one-page'), runAt: new Date(Date.now() + 3_600_000) });
    const watching = await openSubscription(
      service.url,
      `subscription ($id: ID!) { jobProgress(id: $id) { status } }`,
      { id },
    );
    expect((await watching.next()).value.data.jobProgress.status).toBe('PENDING');
    await proxy.goDown();

    const jobs = '{ jobs { nodes { id } } }';
    const answers = [
      graphql(service.url, jobs),
      graphql(service.url, `{ job(id: "${id}") { status } }`),
      graphql(service.url, `{ node(id: "${id}") { id } }`),
      graphql(service.url, '{ searchPages(query: "bee") { nodes { score } } }'),
      graphql(service.url, 'mutation { createUpload(input: {}) { upload { id } } }'),
      tryCreateJob(service, { source: { url: 'https://example.org/a.pdf' } }),
      cancel(service, id),
      overWebSocket(service.url, { query: jobs }).then(([answer]) => answer),
      overWebSocket(service.url, { query: `subscription { jobProgress(id: "${id}") { status } }` }).then(
        ([answer]) => answer,
      ),
    ];
    const codes = (await Promise.all(answers)).map((answer) => refused({ data: null, ...answer }).extensions.code);
    expect(new Set(codes)).toEqual(new Set(['SERVICE_UNAVAILABLE']));
    expect((await fetch(`${service.url}/health/live`)).status).toBe(200);
    const ready = await fetch(`${service.url}/health/ready`);
    expect(ready.status).toBe(503);
    const { status, checks } = (await ready.json()) as { status: string; checks: { name: string; status: string }[] };
    expect(status).toBe('DOWN');
    expect(checks.find(({ name }) => name === 'database')?.status).toBe('DOWN');
    expect(checks.find(({ name }) => name === 'redis')?.status).toBe('OK');

    await proxy.comeBack();
    expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
    accepted(await cancel(service, id));
    // A subscription opened before the outage also gets the final event.
    expect((await watching.next()).value.data.jobProgress.status).toBe('CANCELLED');
    expect((await watching.next()).done).toBe(true);
    const { id: next } = await submit(service, { source: await inline('one-page') });
    await ended(service, next);
  });

  it('bytes are kept when the outcome of createJob is unknown', async () => {
    const before = await storedKeys(service);
    await proxy.goDown();
    const { extensions } = refused(await tryCreateJob(service, { source: await inline('one-page') }));
    expect(extensions.code).toBe('SERVICE_UNAVAILABLE');
    // The row may have been committed, so its bytes must still exist.
    expect(await storedKeys(service)).toHaveLength(before.length + 1);
    await proxy.comeBack();
  });
});
