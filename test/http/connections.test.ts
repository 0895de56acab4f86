import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { defaultLimits } from '../../src/config/config.ts';
import { insertJob } from '../api/rows.ts';
import { bearer, issueKey } from '../keys/asking.ts';
import { type Service, startService } from '../service.ts';
import { answerIn, head, openRawClient, type RawClient } from './raw-client.ts';

const limits = { ...defaultLimits, connectionsPerAddress: 3 };

let service: Service;
let id: string;
let authorization: string;
const opened = new Set<RawClient | WebSocket>();

async function start(more: object = {}): Promise<void> {
  service = await startService({
    worker: false,
    maintenance: false,
    config: { limits, ...more },
  });
  await prepare();
}

async function prepare(): Promise<void> {
  ({ id } = await insertJob(service));
  authorization = bearer(await issueKey(service, ['READ']));
}

/** Closes all sockets of a test before the next one starts. */
async function closeAll(): Promise<void> {
  for (const client of opened) {
    if (client instanceof WebSocket) client.terminate();
    else client.socket.destroy();
  }
  opened.clear();
  await expect.poll(connections).toBe(0);
}

function connections(): Promise<number> {
  return service.api.connections();
}

async function open(): Promise<RawClient> {
  const client = await openRawClient(service.config.port);
  opened.add(client);
  return client;
}

async function request(path: string, headers: Record<string, string> = {}): Promise<RawClient> {
  const client = await open();
  client.send(head('GET', path, headers));
  return client;
}

const subscription = () =>
  `/graphql?query=${encodeURIComponent(`subscription { jobProgress(id: "${id}") { cursor } }`)}`;

/** Opens a stream of events and waits until it starts. */
async function stream(headers: Record<string, string> = {}): Promise<RawClient> {
  const client = await request(subscription(), { authorization, accept: 'text/event-stream', ...headers });
  await client.answered;
  return client;
}

/** The HTTP status of a WebSocket handshake: 101 when it succeeds. */
async function upgrade(headers: Record<string, string> = {}): Promise<number> {
  const url = `ws://127.0.0.1:${service.config.port}/graphql`;
  const socket = new WebSocket(url, 'graphql-transport-ws', { headers });
  opened.add(socket);
  socket.on('error', () => undefined);
  return await new Promise((resolve) => {
    socket.once('open', () => resolve(101));
    socket.once('unexpected-response', (_, response) => resolve(response.statusCode ?? 0));
  });
}

const refused = { status: 503, code: 'OVERLOADED', head: expect.stringContaining('retry-after: 1') };

describe('one address', () => {
  beforeAll(() => start());
  afterEach(closeAll);
  afterAll(() => service[Symbol.asyncDispose]());

  it('is limited in streams and WebSockets: more are refused with OVERLOADED until one is closed', async () => {
    const first = await stream();
    expect(await upgrade()).toBe(101);
    expect(answerIn((await stream()).received)).toMatchObject({ status: 200 });
    expect(answerIn((await stream()).received)).toMatchObject(refused);
    expect(await upgrade()).toBe(503);
    first.socket.destroy();
    await expect.poll(async () => answerIn((await stream()).received).status).toBe(200);
  });

  it('is limited in sockets: beyond the limit, the longest idle one is closed', async () => {
    const watching = await stream();
    const [silent, other] = [await open(), await open()];
    const asking = await request('/health/live');
    expect(answerIn(await asking.answered).status).toBe(200);
    expect(await silent.ended).toBe('');
    const next = await open();
    expect(await other.ended).toBe('');
    expect([watching, asking, next].map(({ socket }) => socket.readyState)).toEqual(['open', 'open', 'open']);
    expect(await connections()).toBe(3);
  });

  it('has no requests left after its connection is lost, not even pipelined ones', async () => {
    const client = await stream();
    client.send(head('GET', subscription(), { authorization, accept: 'text/event-stream' }).repeat(2));
    await expect.poll(async () => answerIn((await stream()).received).status).toBe(503);
    await closeAll();
    for (let n = 0; n < limits.connectionsPerAddress; n += 1) {
      await expect.poll(async () => answerIn((await stream()).received).status).toBe(200);
    }
  });

  it('cannot lock itself out by idle sockets', async () => {
    await Promise.all(Array.from({ length: 50 }, open));
    expect(answerIn(await (await request('/health/live')).answered).status).toBe(200);
    await expect.poll(connections).toBe(3);
  });

  it('cannot exceed its limit by pipelining requests on one socket', async () => {
    const client = await open();
    client.send(head('GET', subscription(), { authorization, accept: 'text/event-stream' }).repeat(10));
    // The first stream delays all later responses, including the refusals.
    await client.answered;
    await expect.poll(() => service.api.hub.watched).toBe(1);
    expect(answerIn((await stream()).received)).toMatchObject(refused);
  });

  it('cannot change its identity by X-Forwarded-For or Forwarded', async () => {
    for (let n = 0; n < 3; n += 1) await stream({ 'x-forwarded-for': `192.0.2.${n}`, forwarded: `for=192.0.2.${n}` });
    expect(answerIn((await stream({ 'x-forwarded-for': '192.0.2.9' })).received)).toMatchObject(refused);
  });
});

it('closes a connection with too many pipelined requests after their responses and a refusal', async () => {
  await using other = await startService({ worker: false, maintenance: false });
  using client = await openRawClient(other.config.port);
  client.send(head('GET', '/health/live').repeat(400));
  const statuses = [...(await client.ended).matchAll(/HTTP\/1.1 (\d+)/g)].map(([, status]) => status);
  expect(statuses).toEqual([...Array(32).fill('200'), '503']);
  expect(client.received).toContain('"code":"OVERLOADED"');
});

it('logs an address once when it reaches its limit, with advice in case it is a proxy', async () => {
  const lines: Record<string, unknown>[] = [];
  const log = new PassThrough().on('data', (line) => lines.push(JSON.parse(line)));
  service = await startService({
    worker: false,
    maintenance: false,
    config: { limits: { ...defaultLimits, connectionsPerAddress: 1 } },
    overrides: { logger: pino(log) },
  });
  await prepare();
  for (let n = 0; n < 4; n += 1) await stream({ 'x-forwarded-for': '192.0.2.1' });
  const warnings = lines.filter(({ msg }) => String(msg).includes('MAX_CONNECTIONS_PER_ADDRESS'));
  expect(warnings).toMatchObject([
    { level: 40, address: '127.0.0.1', msg: expect.stringContaining('TRUSTED_PROXIES') },
  ]);
  await closeAll();
  await service[Symbol.asyncDispose]();
});

describe('behind a trusted proxy', () => {
  beforeAll(() => start({ trustedProxies: ['127.0.0.0/8', '10.0.0.0/8'] }));
  afterEach(closeAll);
  afterAll(() => service[Symbol.asyncDispose]());

  async function statuses(headers: Record<string, string>[]): Promise<number[]> {
    const found: number[] = [];
    for (const each of headers) found.push(answerIn((await stream(each)).received).status);
    return found;
  }

  it('each client has its own count, for streams and WebSockets', async () => {
    const of = (address: string) => ({ 'x-forwarded-for': address });
    const a = of('192.0.2.1');
    const b = of('192.0.2.2');
    expect(await statuses([a, a, a, a, b, b, b])).toEqual([200, 200, 200, 503, 200, 200, 200]);
    expect([await upgrade(a), await upgrade(b), await upgrade(of('192.0.2.3'))]).toEqual([503, 503, 101]);
  });

  it('addresses claimed by a client itself do not count', async () => {
    const claims = ['203.0.113.1, 192.0.2.1', 'x, 192.0.2.1, 10.0.0.9', '127.0.0.1, 192.0.2.1', '192.0.2.1'];
    expect(await statuses(claims.map((claim) => ({ 'x-forwarded-for': claim })))).toEqual([200, 200, 200, 503]);
  });

  it('addresses of one IPv6 network count as one client', async () => {
    const addresses = ['2001:db8::1', '[2001:db8::2]:443', '2001:DB8:0:0:ffff::3', '2001:db8::4', '2001:db8:0:1::1'];
    expect(await statuses(addresses.map((each) => ({ 'x-forwarded-for': each })))).toEqual([200, 200, 200, 503, 200]);
  });
});
