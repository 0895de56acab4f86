import { createClient } from 'graphql-ws';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { cancel, inline, submit } from '../api/submitting.ts';
import { openSubscription } from '../graphql.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
let id: string;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
  id = (await submit(service, { source: await inline('one-page') })).id;
});
afterEach(async () => {
  await cleared();
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const progress = `subscription ($id: ID!) { jobProgress(id: $id) { cursor } }`;
const updates = 'subscription { jobUpdates { cursor } }';

/** Waits until neither the hub nor Redis holds anything for subscribers. */
async function cleared(): Promise<void> {
  const { redis, config } = service.platform;
  await expect.poll(() => service.api.hub.watched).toBe(0);
  await expect.poll(() => redis.pubSubChannels(`${config.redisPrefix}:progress:*`)).toEqual([]);
}

/** Blocks every query on the jobs table; `asked` resolves once a query waits for it. */
async function whileJobsAreLocked(work: (asked: () => Promise<void>) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: service.config.databaseUrl ?? '' });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query('LOCK TABLE jobs IN ACCESS EXCLUSIVE MODE');
    const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    await work(() => expect.poll(async () => (await client.query(waiting)).rowCount).toBe(1));
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}

function webSocket(): WebSocket {
  return new WebSocket(`${service.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
}

/** Opens a raw WebSocket with this many subscriptions, and waits for the first event of each. */
async function subscribedSocket(count: number): Promise<WebSocket> {
  const socket = webSocket();
  let seen = 0;
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () => socket.send(JSON.stringify({ type: 'connection_init' })));
    socket.on('message', (data) => {
      const message = JSON.parse(String(data));
      if (message.type === 'connection_ack') {
        for (let n = 0; n < count; n += 1) {
          socket.send(
            JSON.stringify({ id: String(n), type: 'subscribe', payload: { query: progress, variables: { id } } }),
          );
        }
      }
      if (message.type === 'next') seen += 1;
      if (seen === count) resolve();
    });
  });
  return socket;
}

describe('a subscriber that disconnects', () => {
  it('over SSE leaves nothing behind while it waits for the next event', async () => {
    const controllers = Array.from({ length: 5 }, () => new AbortController());
    const streams = await Promise.all(
      controllers.map(({ signal }) => openSubscription(service.url, progress, { id }, signal)),
    );
    for (const stream of streams) await stream.next();
    expect(service.api.hub.watched).toBe(1);
    const next = streams.map((stream) => stream.next().catch(() => 'aborted'));
    for (const controller of controllers) controller.abort();
    expect(new Set(await Promise.all(next))).toEqual(new Set(['aborted']));
    await cleared();
  });

  it('over SSE leaves nothing behind before its first event', async () => {
    await whileJobsAreLocked(async (asked) => {
      const controller = new AbortController();
      const opening = openSubscription(service.url, progress, { id }, controller.signal).catch(() => 'aborted');
      await asked();
      controller.abort();
      expect(await opening).toBe('aborted');
    });
    await cleared();
    for (let n = 0; n < 20; n += 1) {
      const controller = new AbortController();
      const opening = openSubscription(service.url, n % 2 ? progress : updates, { id }, controller.signal).catch(
        () => null,
      );
      setTimeout(() => controller.abort(), n / 2);
      await opening;
    }
  });

  it('over SSE leaves nothing behind of jobUpdates', async () => {
    const controller = new AbortController();
    const stream = await openSubscription(service.url, updates, {}, controller.signal);
    expect(service.api.hub.watched).toBe(1);
    const next = stream.next().catch(() => 'aborted');
    controller.abort();
    expect(await next).toBe('aborted');
  });

  it('over WebSocket leaves nothing behind, with or without a closing handshake', async () => {
    for (const leave of ['close', 'terminate'] as const) {
      const socket = await subscribedSocket(5);
      expect(service.api.hub.watched).toBe(1);
      socket[leave]();
      await cleared();
    }
  });

  it('over WebSocket leaves nothing behind right after it subscribes', async () => {
    for (let n = 0; n < 10; n += 1) {
      const socket = webSocket();
      await new Promise((resolve) => socket.once('open', resolve));
      socket.send(JSON.stringify({ type: 'connection_init' }));
      await new Promise((resolve) => socket.once('message', resolve));
      for (const [each, query] of [progress, updates].entries()) {
        socket.send(JSON.stringify({ id: String(each), type: 'subscribe', payload: { query, variables: { id } } }));
      }
      setTimeout(() => socket.terminate(), n);
      await new Promise((resolve) => socket.once('close', resolve));
    }
    await cleared();
    await whileJobsAreLocked(async (asked) => {
      const socket = webSocket();
      await new Promise((resolve) => socket.once('open', resolve));
      socket.send(JSON.stringify({ type: 'connection_init' }));
      await new Promise((resolve) => socket.once('message', resolve));
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: progress, variables: { id } } }));
      await asked();
      socket.terminate();
      await new Promise((resolve) => socket.once('close', resolve));
    });
  });

  it('over WebSocket may unsubscribe and keep its connection', async () => {
    const client = createClient({ url: `${service.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket });
    const first = client.iterate({ query: progress, variables: { id } });
    await first.next();
    expect(service.api.hub.watched).toBe(1);
    await first.return?.();
    await cleared();
    const again = client.iterate({ query: progress, variables: { id } });
    expect((await again.next()).value?.data).toEqual({ jobProgress: { cursor: '1.0' } });
    await again.return?.();
    await client.dispose();
  });
});

describe('a subscriber that arrives while the last one leaves', () => {
  it('receives every event', async () => {
    const socket = webSocket();
    const told: { id: string; jobId: string }[] = [];
    socket.on('message', (data) => {
      const { type, id, payload } = JSON.parse(String(data));
      if (type === 'connection_ack') subscribeAgain();
      if (type === 'next') told.push({ id, jobId: payload.data.jobUpdates.jobId });
    });
    let count = 0;
    function subscribeAgain(): void {
      if (count > 0) socket.send(JSON.stringify({ id: String(count), type: 'complete' }));
      count += 1;
      const query = 'subscription { jobUpdates { jobId } }';
      socket.send(JSON.stringify({ id: String(count), type: 'subscribe', payload: { query } }));
    }
    socket.once('open', () => socket.send(JSON.stringify({ type: 'connection_init' })));
    await expect.poll(() => service.api.hub.watched).toBe(1);
    for (let n = 0; n < 10; n += 1) {
      subscribeAgain();
      await expect
        .poll(async () => {
          const { id: jobId } = await submit(service, { source: await inline('one-page') });
          return told.filter((each) => each.id === String(count) && each.jobId === jobId);
        })
        .toHaveLength(1);
    }
    socket.close();
  });
});

describe('the end of a job', () => {
  it('leaves nothing behind', async () => {
    const stream = await openSubscription(service.url, progress, { id });
    await stream.next();
    await cancel(service, id);
    expect((await stream.next()).value.data.jobProgress.cursor).toBe('2.0');
    expect((await stream.next()).done).toBe(true);
  });
});
