import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultOperationLimits } from '../../src/config/operation-limits.ts';
import { newUuid } from '../../src/ids.ts';
import { graphql, openSubscription } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { insertJob, insertPages } from './rows.ts';
import { overWebSocket } from './websocket-client.ts';

const pageCount = 10;
const text = 'A line with "quotes", a bee 🐝 and more.\n'.repeat(24_000);

let service: Service;
let id: string;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
  const job = await insertJob(service, { status: 'COMPLETED' });
  await insertPages(service, job, Array(pageCount).fill(text));
  id = job.id;
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const query = 'query ($id: ID!) { job(id: $id) { pages(first: 100) { nodes { number text } } } }';

describe('a response of several megabytes', () => {
  const expected = Array.from({ length: pageCount }, (_, index) => ({ number: index + 1, text }));

  it('is complete over HTTP and WebSocket', async () => {
    const http = await graphql(service.url, query, { id });
    expect(http.data.job.pages.nodes).toEqual(expected);
    expect(http.extensions?.cost).toBeGreaterThan(100);
    const [webSocket] = await overWebSocket(service.url, { query, variables: { id } });
    expect(webSocket?.data.job.pages.nodes).toEqual(expected);
  });

  it.each(['application/json', 'application/graphql-response+json', '*/*'])(
    'has the content type requested by %s',
    async (accept) => {
      const response = await fetch(`${service.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept },
        body: JSON.stringify({ query, variables: { id } }),
      });
      expect(response.status).toBe(200);
      const type = accept === '*/*' ? 'application/json' : accept;
      expect(response.headers.get('content-type')).toBe(`${type}; charset=utf-8`);
      expect(JSON.parse(await response.text()).data.job.pages.nodes).toHaveLength(pageCount);
    },
  );

  it('is complete among several at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => graphql(service.url, query, { id })));
    for (const { data } of answers) expect(data.job.pages.nodes).toHaveLength(pageCount);
  });

  it('frees its budget when its client disconnects midway', async () => {
    for (let n = 0; n < 6; n += 1) {
      const body = JSON.stringify({ query, variables: { id } });
      const sent = request(`${service.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      });
      sent.end(body);
      const [response] = await once(sent, 'response');
      await once(response, 'readable');
      sent.destroy();
    }
    expect((await graphql(service.url, query, { id })).data.job.pages.nodes).toHaveLength(pageCount);
  });
});

describe('an event of several megabytes', () => {
  const query =
    'subscription ($id: ID!) { jobProgress(id: $id) { job { pages(first: 100) { nodes { number text } } } } }';
  const expected = Array.from({ length: pageCount }, (_, index) => ({ number: index + 1, text }));

  /** Subscribes over Server-Sent Events, and leaves the answer unread. */
  async function subscribeUnread(): Promise<IncomingMessage> {
    const body = JSON.stringify({ query, variables: { id } });
    const sent = request(`${service.url}/graphql`, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    });
    sent.end(body);
    const [response] = await once(sent, 'response');
    response.on('error', () => undefined);
    return response;
  }

  /** Returns the first event, once it has arrived. */
  async function eventIn(response: IncomingMessage) {
    const end = '\n\nevent: complete';
    const received: string[] = [];
    let last = '';
    for await (const chunk of response.setEncoding('utf8')) {
      received.push(chunk);
      // Searching all that was received for each chunk would take seconds.
      last = last.slice(-end.length) + chunk;
      if (last.includes(end)) break;
    }
    return JSON.parse(/^data: (.*)$/m.exec(received.join(''))?.[1] ?? '').data.jobProgress.job.pages.nodes;
  }

  /** Resolves when the beginning of an event has arrived, and reads no more. */
  async function eventBegins(response: IncomingMessage): Promise<void> {
    let received = '';
    while (!received.includes('event: next')) {
      const chunk = response.read();
      if (chunk === null) await once(response, 'readable');
      else received += chunk;
    }
  }

  it('is complete over Server-Sent Events and WebSocket', async () => {
    expect(await eventIn(await subscribeUnread())).toEqual(expected);
    const [webSocket] = await overWebSocket(service.url, { query, variables: { id } });
    expect(webSocket?.data.jobProgress.job.pages.nodes).toEqual(expected);
  });

  it('is not interrupted by keep-alive comments', async () => {
    await using hasty = await startService({ worker: false, maintenance: false, overrides: { keepAliveMs: 1 } });
    const job = await insertJob(hasty, { status: 'COMPLETED' });
    await insertPages(hasty, job, Array(pageCount).fill(text));
    for await (const { data } of await openSubscription(hasty.url, query, { id: job.id })) {
      expect(data.jobProgress.job.pages.nodes).toEqual(expected);
    }
  });

  it('counts until its client has read it', async () => {
    const first = await subscribeUnread();
    const others = [await subscribeUnread(), await subscribeUnread()];
    for (const each of [first, ...others]) await eventBegins(each);
    const next = await subscribeUnread();
    for (let n = 0; n < 50; n += 1) await graphql(service.url, '{ jobs(first: 1) { nodes { id } } }');
    // Each stream begins with a keep-alive comment.
    expect(String(next.read())).toBe(':\n\n');
    first.destroy();
    expect(await eventIn(next)).toEqual(expected);
    for (const each of others) each.destroy();
  });
});

describe('while the pages are locked', () => {
  let hasty: Service;
  let database: pg.Client;
  beforeAll(async () => {
    // Below the statement timeout.
    const operations = { ...defaultOperationLimits, operationSeconds: 2 };
    hasty = await startService({ worker: false, maintenance: false, config: { operations } });
    const job = await insertJob(hasty, { status: 'COMPLETED' });
    await insertPages(hasty, job, ['a page']);
    id = job.id;
    database = new pg.Client({ connectionString: hasty.config.databaseUrl ?? '' });
    await database.connect();
    await database.query('BEGIN; LOCK TABLE pages IN ACCESS EXCLUSIVE MODE');
  });
  afterAll(async () => {
    await database.end();
    await hasty[Symbol.asyncDispose]();
  });

  async function waiting(): Promise<number> {
    const { rows } = await database.query(
      `SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted AND relation = 'pages'::regclass`,
    );
    return rows[0].n;
  }

  it('cancels the statements of a client that hangs up', async () => {
    const controller = new AbortController();
    const body = JSON.stringify({ query, variables: { id } });
    const sent = fetch(`${hasty.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: controller.signal,
    }).catch(() => 'aborted');
    await expect.poll(waiting).toBe(1);
    controller.abort();
    expect(await sent).toBe('aborted');
    await expect.poll(waiting).toBe(0);
  });

  it('ends an operation at its deadline', async () => {
    for (const { data, errors } of [
      await graphql(hasty.url, query, { id }),
      ...(await overWebSocket(hasty.url, { query, variables: { id } })),
    ]) {
      expect(data).toBeNull();
      expect(errors).toMatchObject([{ extensions: { code: 'DEADLINE_EXCEEDED' } }]);
    }
    await expect.poll(waiting).toBe(0);
  });

  it('accepts jobs meanwhile', async () => {
    const mutation = 'mutation ($url: String!) { createJob(input: { source: { url: $url } }) { job { status } } }';
    const reads = Array.from({ length: 20 }, () => graphql(hasty.url, query, { id }));
    const { data } = await graphql(hasty.url, mutation, { url: `https://example.com/${newUuid()}.pdf` });
    expect(data.createJob.job.status).toBe('PENDING');
    for (const { errors } of await Promise.all(reads))
      expect(errors).toMatchObject([{ extensions: { code: 'DEADLINE_EXCEEDED' } }]);
  });
});
