import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultTenantId } from '../../src/api/context.ts';
import type { Database } from '../../src/connections/database.ts';
import { asTenant } from '../../src/connections/postgres/tenant.ts';
import { accepted, fixture, inline, refused, submit, tryCreateJob } from '../api/submitting.ts';
import { type GraphqlAnswer, graphql } from '../graphql.ts';
import { deferred } from '../jobs/extractors.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
beforeAll(async () => {
  // One connection in each pool.
  service = await startService({ worker: false, maintenance: false, config: { databaseConnections: 3 } });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

/** Occupies all connections of a pool until it is disposed. */
async function hold(pool: Database | undefined): Promise<AsyncDisposable> {
  if (pool === undefined) throw new Error('this process has no pools for the API');
  const held = deferred<void>();
  const released = new AbortController();
  const holding = asTenant(defaultTenantId, () =>
    pool.transaction(async (query) => {
      held.resolve();
      while (!released.signal.aborted) await query('SELECT pg_sleep(0.05)', []);
    }),
  );
  await held.promise;
  return {
    async [Symbol.asyncDispose]() {
      released.abort();
      await holding;
    },
  };
}

const read = '{ jobs(first: 1) { nodes { id } } }';

async function post(query: string): Promise<Response> {
  return await fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
}

describe('while reads occupy all of their connections', () => {
  it('another read fails with OVERLOADED, 503 and Retry-After, and jobs are accepted at once', async () => {
    await using _held = await hold(service.platform.pools.api?.reads);
    const waiting = post(read);
    await submit(service, { source: await inline('one-page') });
    expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
    const response = await waiting;
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    const { extensions } = refused((await response.json()) as GraphqlAnswer);
    expect(extensions).toEqual({ code: 'OVERLOADED', advice: expect.stringContaining('Retry-After') });
  });
});

describe('while writes occupy all of their connections', () => {
  it('a job or an upload fails with OVERLOADED, and reads succeed at once', async () => {
    const { createUpload } = accepted(
      await graphql(service.url, 'mutation { createUpload(input: {}) { upload { url } } }'),
    );
    await using _held = await hold(service.platform.pools.api?.writes);
    const waiting = tryCreateJob(service, { source: { url: 'https://example.org/a.pdf' } });
    const upload = fetch(createUpload.upload.url, { method: 'PUT', body: new Uint8Array(await fixture('one-page')) });
    accepted(await graphql(service.url, read));
    expect(refused(await waiting).extensions.code).toBe('OVERLOADED');
    const response = await upload;
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(refused((await response.json()) as GraphqlAnswer).extensions.code).toBe('OVERLOADED');
  });
});

it('a statement that takes too long fails with DEADLINE_EXCEEDED, not as an unreachable database', async () => {
  const client = new pg.Client({ connectionString: service.config.databaseUrl ?? '' });
  await client.connect();
  await client.query('BEGIN');
  await client.query('LOCK TABLE jobs IN ACCESS EXCLUSIVE MODE');
  const { message, extensions } = refused(await graphql(service.url, read));
  expect(extensions.code).toBe('DEADLINE_EXCEEDED');
  expect(message).not.toContain('reached');
  await client.query('ROLLBACK');
  await client.end();
  accepted(await graphql(service.url, read));
});
