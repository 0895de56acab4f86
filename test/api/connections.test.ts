import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Credentials } from '../../src/api/authenticate.ts';
import { defaultTenantId } from '../../src/api/context.ts';
import { createClient } from '../../src/client/client.ts';
import { defaultClientLimits } from '../../src/config/client-limits.ts';
import { allowanceOf } from '../../src/tenants/limits.ts';
import { allScopes } from '../../src/tenants/scopes.ts';
import { collect } from '../client/running.ts';
import { openSubscription } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { insertJob, insertTenant } from './rows.ts';
import { inline, submit } from './submitting.ts';

/** Credentials that the service has seen, and the tenant of each key. `Bearer later` fails `laterFails` times first. */
const allowance = allowanceOf(defaultClientLimits, {}, null);
const shown: Credentials[] = [];
const tenants = new Map<string, string>([['Bearer mine', defaultTenantId]]);
let laterFails = 0;

let service: Service;
beforeAll(async () => {
  service = await startService({
    worker: false,
    maintenance: false,
    overrides: {
      keepAliveMs: 1_500,
      async authenticate({ headers, connectionParams, address }) {
        shown.push({ headers, connectionParams, address });
        const key = String(connectionParams.authorization ?? headers.authorization ?? 'Bearer mine');
        if (key === 'Bearer later' && laterFails-- > 0) throw new Error('nobody knows');
        const tenantId = tenants.get(key);
        return tenantId === undefined ? null : admission(tenantId);
      },
    },
  });
  tenants.set('Bearer later', defaultTenantId);
  tenants.set('Bearer theirs', await insertTenant(service, 'another'));
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

function admission(tenantId: string) {
  return {
    caller: { tenantId, scopes: allScopes, key: null, watch: null, allowance, address: '127.0.0.1' },
    whenEnded: () => ({ [Symbol.dispose]() {} }),
  };
}

const query = 'subscription ($id: ID!) { jobProgress(id: $id) { cursor } }';

/** Opens a raw WebSocket and records every message from the server. */
async function openSocket(options: { autoPong?: boolean } = {}) {
  const socket = new WebSocket(`${service.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', options);
  const messages: { type: string; id?: string; payload?: unknown }[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  await once(socket, 'open');
  return {
    socket,
    messages,
    send: (message: object) => socket.send(JSON.stringify(message)),
    async [Symbol.asyncDispose]() {
      if (socket.readyState === WebSocket.CLOSED) return;
      const closed = once(socket, 'close');
      socket.terminate();
      await closed;
    },
  };
}

describe('a client that connects', () => {
  it('passes credentials in connection_init and in headers', async () => {
    await using connection = await openSocket();
    connection.send({ type: 'connection_init', payload: { authorization: 'Bearer mine' } });
    await expect.poll(() => connection.messages).toEqual([{ type: 'connection_ack' }]);
    expect(shown.at(-1)).toMatchObject({
      connectionParams: { authorization: 'Bearer mine' },
      headers: { host: new URL(service.url).host },
    });
  });

  it('gives up when refused with close code 4401 or HTTP status 401', async () => {
    await using connection = await openSocket();
    const closed = once(connection.socket, 'close').then(([code, reason]) => [code, String(reason)]);
    connection.send({ type: 'connection_init', payload: { authorization: 'Bearer wrong' } });
    expect(await closed).toEqual([4401, 'Unauthorized']);
    expect(connection.messages).toEqual([]);
    const answer = await fetch(`${service.url}/graphql?query={__typename}`, {
      headers: { authorization: 'Bearer wrong' },
    });
    expect(answer.status).toBe(401);
    const client = createClient({ url: service.url, apiKey: 'wrong', webSocket: WebSocket });
    await expect(collect(client.jobUpdates())).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('reconnects when refused with close code 4403', async () => {
    laterFails = 1;
    await using connection = await openSocket();
    const closed = once(connection.socket, 'close').then(([code]) => code);
    connection.send({ type: 'connection_init', payload: { authorization: 'Bearer later' } });
    expect(await closed).toBe(4403);

    laterFails = 2;
    const client = createClient({ url: service.url, apiKey: 'later', webSocket: WebSocket });
    const states: string[] = [];
    const { id } = await insertJob(service, { status: 'COMPLETED' });
    await collect(client.jobProgress(id, { onState: (state) => states.push(state) }));
    expect(states).toEqual(['reconnecting', 'connected', 'done']);
  });

  it('sees only its own jobs over either transport', async () => {
    const { id } = await insertJob(service, { status: 'COMPLETED', tenantId: tenants.get('Bearer theirs') });
    for (const transport of ['websocket', 'sse'] as const) {
      const watch = (apiKey: string) =>
        collect(createClient({ url: service.url, apiKey, transport, webSocket: WebSocket }).jobProgress(id));
      expect(await watch('theirs')).toMatchObject([{ status: 'COMPLETED' }]);
      await expect(watch('mine')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
  });

  it('is disconnected if it subscribes before connection_init', async () => {
    await using connection = await openSocket();
    const closed = once(connection.socket, 'close').then(([code]) => code);
    connection.send({ type: 'subscribe', id: '1', payload: { query: '{ __typename }' } });
    expect(await closed).toBe(4401);
  });
});

describe('a socket', () => {
  it('runs at most a hundred operations at once, and accepts another when one completes', async () => {
    const { id } = await submit(service, { source: await inline('one-page') });
    await using connection = await openSocket();
    connection.send({ type: 'connection_init' });
    await expect.poll(() => connection.messages).toHaveLength(1);
    const subscribe = (name: string) =>
      connection.send({ type: 'subscribe', id: name, payload: { query, variables: { id } } });
    const typesOf = (name: string) => connection.messages.filter((each) => each.id === name).map(({ type }) => type);
    for (let n = 1; n <= 101; n += 1) subscribe(String(n));
    await expect.poll(() => connection.messages.filter(({ type }) => type === 'next')).toHaveLength(100);
    await expect.poll(() => typesOf('101')).toEqual(['error']);
    expect(connection.messages.find((each) => each.id === '101')?.payload).toMatchObject([
      { message: 'At most 100 operations may run on one socket.', extensions: { code: 'OVERLOADED' } },
    ]);
    connection.send({ type: 'complete', id: '1' });
    subscribe('again');
    await expect.poll(() => typesOf('again')).toEqual(['next']);
  });

  it('is pinged, and closed when it does not respond', async () => {
    const { id } = await submit(service, { source: await inline('one-page') });
    await using alive = await openSocket();
    await using dead = await openSocket({ autoPong: false });
    const closed = once(dead.socket, 'close').then(([code]) => code);
    for (const { send, messages } of [alive, dead]) {
      send({ type: 'connection_init' });
      await expect.poll(() => messages).toHaveLength(1);
      send({ type: 'subscribe', id: '1', payload: { query, variables: { id } } });
    }
    await expect.poll(() => dead.messages.map(({ type }) => type)).toContain('next');
    expect(await closed).toBe(1006);
    await once(alive.socket, 'ping');
    expect(alive.socket.readyState).toBe(WebSocket.OPEN);
  });
});

describe('a stream of Server-Sent Events', () => {
  it('sends heartbeats from the start, and asks proxies not to buffer or transform it', async () => {
    const { id } = await submit(service, { source: await inline('one-page') });
    const stop = new AbortController();
    const response = await fetch(`${service.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query, variables: { id } }),
      signal: stop.signal,
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(response.headers.get('cache-control')).toBe('no-store, no-transform');
    expect(response.headers.get('x-accel-buffering')).toBe('no');
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.split('event: next')[1]?.endsWith(':\n\n:\n\n')) text += (await reader?.read())?.value ?? '';
    expect(text.replace(/(:\n\n)+/g, ':\n\n')).toBe(
      ':\n\nevent: next\ndata: {"data":{"jobProgress":{"cursor":"1.0"}}}\n\n:\n\n',
    );
    stop.abort();
    await expect.poll(() => service.api.hub.watched).toBe(0);
  });

  it('is not started for a client that does not accept it, and leaves no job watched', async () => {
    const { id } = await submit(service, { source: await inline('one-page') });
    const response = await fetch(`${service.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query, variables: { id } }),
    });
    expect(response.status).toBe(406);
    await expect.poll(() => service.api.hub.watched).toBe(0);
    const stream = await openSubscription(service.url, query, { id });
    await stream.next();
    await stream.return(undefined);
    await expect.poll(() => service.api.hub.watched).toBe(0);
  });
});
