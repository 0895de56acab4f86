import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Authenticate } from '../../src/api/authenticate.ts';
import { defaultTenantId } from '../../src/api/context.ts';
import { defaultClientLimits } from '../../src/config/client-limits.ts';
import { KeyRing } from '../../src/tenants/key-ring.ts';
import { parseKeyText, proofOfKey } from '../../src/tenants/key-text.ts';
import { type IssuedKey, revokeKey } from '../../src/tenants/keys.ts';
import { allowanceOf } from '../../src/tenants/limits.ts';
import type { Scope } from '../../src/tenants/scopes.ts';
import { answerIn, head, openRawClient } from '../http/raw-client.ts';
import { deferred } from '../jobs/extractors.ts';
import { type Service, startService } from '../service.ts';
import { ask, bearer, issueFirstKey, issueKey } from './asking.ts';

const listed = 'https://app.example.com';

let service: Service;
beforeAll(async () => {
  service = await startService({ config: { corsOrigins: [listed] }, worker: false, maintenance: false });
  await issueFirstKey(service, ['READ']);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

/** Begins a request whose body is missing its last byte. */
async function beginPost(key: IssuedKey, query: string, accept = 'application/json') {
  const body = JSON.stringify({ query });
  const headers = {
    authorization: bearer(key),
    accept,
    'content-type': 'application/json',
    'content-length': body.length,
  };
  const client = await openRawClient(service.api.port);
  client.send(head('POST', '/graphql', headers) + body.slice(0, -1));
  return { client, finish: () => client.send(body.slice(-1)) };
}

it('a key that is revoked while a body arrives executes nothing', async () => {
  const key = await issueKey(service, ['READ', 'WRITE']);
  const { client, finish } = await beginPost(key, 'mutation { rotateWebhookSecret { secret } }');
  using _client = client;
  // The key is known once another request of it was answered.
  expect((await ask(service.url, bearer(key), '{ __typename }')).status).toBe(200);
  await revokeKey(service.platform.database, key.key.id);
  await expect.poll(async () => (await ask(service.url, bearer(key), '{ __typename }')).status).toBe(401);
  finish();
  expect(answerIn(await client.answered)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
});

it('a connection ends although its key had left the ring when it began', async () => {
  const { database, logger } = service.platform;
  const key = await issueKey(service, ['READ']);
  const parsed = parseKeyText(key.secret);
  await using ring = new KeyRing({
    database,
    required: true,
    anonymousTenantId: defaultTenantId,
    limits: defaultClientLimits,
    logger,
    rereadMs: 3_600_000,
    idleMs: 0,
  });
  const holder = parsed && (await ring.find(proofOfKey(parsed), '127.0.0.1'));
  if (holder === null) throw new Error('the key is not valid');
  await ring.reread();
  expect(ring.findKnown(holder.proof)).toBeNull();
  const { promise: ended, resolve } = deferred<void>();
  ring.whenEnded(holder, resolve);
  await revokeKey(database, key.key.id);
  await ring.reread();
  await ended;
});

it('a wrong secret is no use of a key', async () => {
  const key = await issueKey(service, ['READ']);
  const forged = `${key.secret.slice(0, -64)}${'0'.repeat(64)}`;
  expect((await ask(service.url, `Bearer ${forged}`, '{ __typename }')).status).toBe(401);
  const lastUsed = async () => {
    const { lastUsedAt } = await service.platform.database.prisma.apiKey.findUniqueOrThrow({
      where: { id: key.key.id },
    });
    return lastUsedAt;
  };
  const other = await issueKey(service, ['READ']);
  await ask(service.url, bearer(other), '{ __typename }');
  const usedAt = async (id: string) =>
    (await service.platform.database.prisma.apiKey.findUniqueOrThrow({ where: { id } })).lastUsedAt;
  // Both would be written by the same statement.
  await expect.poll(() => usedAt(other.key.id)).not.toBeNull();
  expect(await lastUsed()).toBeNull();
});

describe('a listed page', () => {
  /**
   * Opens a socket with the password that a browser remembers for this server; returns the close code, 0 if accepted.
   */
  async function openWithPassword(key: IssuedKey, origin: string | undefined): Promise<number> {
    const authorization = `Basic ${btoa(`me:${key.secret}`)}`;
    const url = `${service.url.replace('http', 'ws')}/graphql`;
    const socket = new WebSocket(url, 'graphql-transport-ws', { origin, headers: { authorization } });
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init' }));
    const code = await Promise.race([
      once(socket, 'close').then(([closed]) => Number(closed)),
      once(socket, 'message').then(() => 0),
    ]);
    socket.terminate();
    return code;
  }

  it('cannot use the password that a browser remembers for this server', async () => {
    const key = await issueKey(service, ['READ', 'WRITE', 'OPERATOR']);
    expect(await openWithPassword(key, listed)).toBe(4401);
    expect(await openWithPassword(key, service.url)).toBe(0);
    expect(await openWithPassword(key, undefined)).toBe(0);
  });
});

it('clients that reset their connections leave nothing that waits for the end of their key', async () => {
  let begun = 0;
  let open = 0;
  const allowance = { ...allowanceOf(defaultClientLimits, {}, null), tenantRequestsPerMinute: 1_000_000 };
  const caller = { tenantId: defaultTenantId, address: '', scopes: new Set<Scope>(['READ']), key: null, watch: null };
  const authenticate: Authenticate = async () => {
    return {
      caller: { ...caller, allowance },
      whenEnded() {
        begun += 1;
        open += 1;
        return {
          [Symbol.dispose]() {
            open -= 1;
          },
        };
      },
    };
  };
  await using counted = await startService({ worker: false, maintenance: false, overrides: { authenticate } });
  const body = JSON.stringify({ query: 'subscription { jobUpdates { status } }' });
  const headers = { accept: 'text/event-stream', 'content-type': 'application/json', 'content-length': body.length };
  for (let n = 0; n < 100; n += 1) {
    const { socket } = await openRawClient(counted.api.port);
    // While the request is counted in Redis.
    socket.write(head('POST', '/graphql', headers) + body, () => socket.resetAndDestroy());
  }
  await expect.poll(() => counted.api.connections()).toBe(0);
  await expect.poll(() => begun).toBeGreaterThan(0);
  await expect.poll(() => open).toBe(0);
});
