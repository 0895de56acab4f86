import { once } from 'node:events';
import { expect, vi } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import { defaultTenantId } from '../../src/api/context.ts';
import { createKey, type IssuedKey } from '../../src/tenants/keys.ts';
import type { KeyLimits } from '../../src/tenants/limits.ts';
import type { Scope } from '../../src/tenants/scopes.ts';
import type { Service } from '../service.ts';

/** Creates a key in the database of a service. */
export function issueKey(
  service: Service,
  scopes: Scope[],
  changes: { tenantId?: string; expiresAt?: Date; limits?: KeyLimits } = {},
): Promise<IssuedKey> {
  const key = { tenantId: defaultTenantId, name: null, expiresAt: null, limits: {}, ...changes, scopes };
  return createKey(service.platform.database, key);
}

/** Creates the first key of a service. Resolves when callers without a key are refused, within seconds. */
export async function issueFirstKey(service: Service, scopes: Scope[]): Promise<IssuedKey> {
  const key = await issueKey(service, scopes);
  const isRefused = async () => expect((await ask(service.url, null, '{ __typename }')).status).toBe(401);
  await vi.waitFor(isRefused, { timeout: 60_000, interval: 25 });
  return key;
}

export const bearer = ({ secret }: Pick<IssuedKey, 'secret'>) => `Bearer ${secret}`;

/** Runs an operation over HTTP with these credentials. */
export async function ask(
  url: string,
  authorization: string | null,
  query: string,
  { variables = {}, headers = {} }: { variables?: object; headers?: Record<string, string> } = {},
) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      ...(authorization === null ? {} : { authorization }),
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors, extensions: ofAnswer } = await response.json();
  const [{ message, extensions } = { message: undefined, extensions: {} }] = errors ?? [];
  const { status, headers: received } = response;
  return {
    status,
    headers: received,
    data,
    message,
    code: extensions.code,
    extensions,
    rateLimit: ofAnswer?.rateLimit,
  };
}

/** Opens a socket with these parameters. */
export async function openSocket(
  url: string,
  connectionParams: object,
  options: ClientOptions = {},
): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', options);
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: connectionParams }));
  return socket;
}

/** Opens a socket that must be accepted. */
export async function connected(url: string, authorization: string): Promise<WebSocket> {
  const socket = await openSocket(url, { authorization });
  await once(socket, 'message');
  return socket;
}

/** The code with which a socket with these parameters is closed; 0 if it is accepted. */
export async function closeCode(url: string, connectionParams: object, options: ClientOptions = {}): Promise<number> {
  const socket = await openSocket(url, connectionParams, options);
  const code = await Promise.race([
    once(socket, 'close').then(([code]) => code),
    once(socket, 'message').then(() => 0),
  ]);
  socket.terminate();
  return code;
}

const createWatchTokenMutation =
  'mutation ($input: CreateWatchTokenInput!) { createWatchToken(input: $input) { token expiresAt } }';

/** Creates a watch token with a key. Throws the code of a refusal. */
export async function createWatchToken(
  { url }: Service,
  input: object,
  key: Pick<IssuedKey, 'secret'>,
): Promise<string> {
  const { data, code } = await ask(url, bearer(key), createWatchTokenMutation, { variables: { input } });
  if (code !== undefined) throw new Error(code);
  return data.createWatchToken.token;
}

/** Creates a batch of one job with a key, and returns the ids of both. */
export async function createBatchOfOne(
  { url }: Service,
  key: Pick<IssuedKey, 'secret'>,
): Promise<{ batch: string; job: string }> {
  const items = [{ source: { url: 'https://example.com/a.pdf' }, metadata: { secret: 1 } }];
  const query =
    'mutation ($input: CreateBatchInput!) { createBatch(input: $input) { batch { id jobs { nodes { id } } } } }';
  const { data } = await ask(url, bearer(key), query, { variables: { input: { items } } });
  return { batch: data.createBatch.batch.id, job: data.createBatch.batch.jobs.nodes[0].id };
}
