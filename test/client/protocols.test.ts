import { serverAudits } from 'graphql-http';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { inline, submit } from '../api/submitting.ts';
import { type Service, startService } from '../service.ts';
import { collect } from './running.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

describe('GraphQL over HTTP', () => {
  // The audits are listed before the tests run, when the address of the service is still unknown.
  const audits = serverAudits({ url: () => `${service.url}/graphql`, fetchFn: fetch });

  it.each(audits.map(({ name, fn }) => [name, fn] as const))('passes the audit "%s"', async (_, audit) => {
    expect(await audit()).toMatchObject({ status: 'ok' });
  });

  it('is audited for requirements and recommendations', () => {
    expect(audits.filter(({ name }) => name.startsWith('MUST')).length).toBeGreaterThan(10);
    expect(audits.length).toBeGreaterThan(50);
  });
});

const query = `subscription ($id: ID!) { jobProgress(id: $id) { status progressPercentage } }`;
const last = { data: { jobProgress: { status: 'COMPLETED', progressPercentage: 100 } } };

describe('the client graphql-ws', () => {
  it('watches a job to its end', async () => {
    const { id } = await submit(service, { source: await inline('headings') });
    const client = createSocketClient({
      url: `${service.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
    });
    const results = await collect(client.iterate({ query, variables: { id } }));
    expect(results.at(-1)).toEqual(last);
    await client.dispose();
  });
});

describe('the client graphql-sse', () => {
  it('watches a job to its end', async () => {
    const { id } = await submit(service, { source: await inline('headings') });
    const client = createSseClient({ url: `${service.url}/graphql` });
    const results = await collect(client.iterate({ query, variables: { id } }));
    expect(results.at(-1)).toEqual(last);
    client.dispose();
  });

  it('receives the reason why a subscription is refused', async () => {
    const client = createSseClient({ url: `${service.url}/graphql` });
    const variables = { id: 'job_01h455vb4pex5vsknk084sn02q' };
    const [result] = await collect(client.iterate({ query, variables }));
    expect(result?.errors?.[0]).toMatchObject({ extensions: { code: 'NOT_FOUND' } });
    client.dispose();
  });
});
