import { once } from 'node:events';
import { WebSocket } from 'ws';
import { defaultTenantId } from '../../src/api/context.ts';
import { createKey, type IssuedKey } from '../../src/tenants/keys.ts';
import type { Scope } from '../../src/tenants/scopes.ts';
import type { Service } from '../service.ts';

/** Makes a key in the database of a service. */
export function issueKey(
  service: Service,
  scopes: Scope[],
  changes: { tenantId?: string; expiresAt?: Date } = {},
): Promise<IssuedKey> {
  const key = { tenantId: defaultTenantId, name: null, expiresAt: null, ...changes, scopes };
  return createKey(service.platform.database, key);
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
  const { data, errors } = await response.json();
  const [{ extensions } = { extensions: {} }] = errors ?? [];
  return { status: response.status, headers: response.headers, data, code: extensions.code, extensions };
}

/** Opens a socket with these parameters. */
export async function openSocket(url: string, connectionParams: object): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
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
export async function closeCode(url: string, connectionParams: object): Promise<number> {
  const socket = await openSocket(url, connectionParams);
  const code = await Promise.race([
    once(socket, 'close').then(([code]) => code),
    once(socket, 'message').then(() => 0),
  ]);
  socket.terminate();
  return code;
}
