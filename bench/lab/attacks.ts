import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';

/** Runs an attack and returns its outcome, such as "QUERY_TOO_LARGE" or "served 128 kB". */
export type Attack = (url: string, signal: AbortSignal) => Promise<string>;

const json = { 'content-type': 'application/json' };

async function send(url: string, body: BodyInit, signal: AbortSignal, headers: Record<string, string> = json) {
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body, signal });
  return { status: response.status, text: await response.text() };
}

/** The status and the codes of a refusal, or the size of a response. */
function outcome({ status, text }: { status: number; text: string }): string {
  const codes = [...new Set([...text.slice(0, 20_000).matchAll(/"code":"(\w+)"/g)].map(([, code]) => code))];
  return codes.length > 0 ? `${status} ${codes.join(' ')}` : `${status}, ${Math.round(text.length / 1_000)} kB`;
}

function tally(outcomes: string[]): string {
  const counts = new Map<string, number>();
  for (const each of outcomes) counts.set(each, (counts.get(each) ?? 0) + 1);
  return [...counts].map(([what, count]) => (count === 1 ? what : `${count}× ${what}`)).join('; ');
}

const query =
  (text: string, variables: object = {}): Attack =>
  async (url, signal) =>
    outcome(await send(url, JSON.stringify({ query: text, variables }), signal));

const many = (count: number, text: (n: number) => string) => Array.from({ length: count }, (_, n) => text(n)).join(' ');

const pages = 'pages(first: 100) { nodes { text markdown blocks { text } links { url } } }';

function doubling(levels: number): string {
  const fragment = (n: number) =>
    `fragment F${n} on Batch { jobs { nodes { a: batch { ...F${n + 1} } b: batch { ...F${n + 1} } } } }`;
  return `{ batches { nodes { ...F0 } } } ${many(levels, fragment)} fragment F${levels} on Batch { id }`;
}

/** A multipart request with a map that targets the length of an array. */
const arrayLength: Attack = async (url, signal) => {
  const form = new FormData();
  form.set(
    'operations',
    JSON.stringify({
      query: 'query ($i: JobFilter) { jobs(filter: $i) { totalCount } }',
      variables: { i: { items: [] } },
    }),
  );
  form.set('map', JSON.stringify({ 0: ['variables.i.items.length'] }));
  form.set('0', new Blob(['4294967295']));
  return outcome(await send(url, form, signal, { 'graphql-require-preflight': '1' }));
};

const comments: Attack = async (url, signal) => {
  const outcomes = [];
  for (let n = 0; n < 40; n++) {
    const text = `{ __typename } # ${n} ${'x'.repeat(16 * 1024 ** 2)}`;
    outcomes.push(outcome(await send(url, JSON.stringify({ query: text }), signal)));
  }
  return tally(outcomes);
};

const pageTexts = `{ jobs(first: 20, filter: { name: "library" }) { nodes { pages(first: 100) { nodes { text } } } } }`;

const atOnce =
  (count: number, text: string): Attack =>
  async (url, signal) =>
    tally(
      await Promise.all(
        Array.from({ length: count }, async () => outcome(await send(url, JSON.stringify({ query: text }), signal))),
      ),
    );

/** Queries whose clients disconnect at once. */
const hangUps: Attack = async (url) => {
  const body = JSON.stringify({ query: pageTexts });
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      const controller = new AbortController();
      const sent = send(url, body, controller.signal).catch(() => undefined);
      await sleep(100);
      controller.abort();
      await sent;
    }),
  );
  await sleep(3_000);
  return 'hung up';
};

/** Many subscriptions over one socket. */
const subscribes: Attack = (url) =>
  new Promise((resolve) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const types: string[] = [];
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.on('message', (data) => {
      const { type } = JSON.parse(String(data));
      types.push(type);
      if (type !== 'connection_ack') return;
      const payload = { query: 'subscription { jobUpdates { status } }' };
      for (let id = 0; id < 10_000; id++) socket.send(JSON.stringify({ id: String(id), type: 'subscribe', payload }));
    });
    socket.on('close', (code) => resolve(`closed ${code}; ${tally(types)}`));
    setTimeout(() => socket.terminate(), 5_000).unref();
  });

/** Connections that send a part of a body, or nothing at all, and stay open. */
const unfinished =
  (count: number, bytes: number, holdMs: number): Attack =>
  async (url) => {
    const { hostname, port } = new URL(url);
    const head = `POST /graphql HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-type: application/json\r\ncontent-length: ${bytes + 1}\r\n\r\n`;
    const body = Buffer.alloc(bytes, ' ');
    const answers: string[] = [];
    const sockets = Array.from({ length: count }, () => {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => undefined);
      socket.on('data', (data) => answers.push(String(data).split('\r\n')[0] ?? ''));
      if (bytes > 0) {
        socket.write(head);
        socket.write(body);
      }
      return socket;
    });
    await sleep(holdMs);
    const open = sockets.filter(({ destroyed, readyState }) => !destroyed && readyState === 'open').length;
    for (const socket of sockets) socket.destroy();
    return `${open} still open after ${holdMs / 1_000} s; ${tally(answers)}`;
  };

/** Requests for pages of megabytes by clients that do not read them. */
const unread: Attack = async (url) => {
  const { hostname, port, host } = new URL(url);
  const sockets = Array.from({ length: 400 }, () => {
    const socket = connect(Number(port), hostname).pause();
    socket.on('error', () => undefined);
    socket.write(`GET /graphql HTTP/1.1\r\nhost: ${host}\r\naccept: text/html\r\n\r\n`);
    return socket;
  });
  await sleep(5_000);
  for (const socket of sockets) socket.destroy();
  return `${sockets.length} pages`;
};

/** The start of a large message on each of many WebSockets. */
const messageParts: Attack = async (url) => {
  const sockets = await Promise.all(
    Array.from({ length: 400 }, async () => {
      const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
      socket.on('error', () => undefined);
      await new Promise((resolve) => socket.once('open', resolve));
      socket.send('{"type":"connection_init"}');
      socket.send(Buffer.alloc(1_000_000, ' '), { fin: false, binary: false });
      return socket;
    }),
  );
  await sleep(5_000);
  const open = sockets.filter(({ readyState }) => readyState === WebSocket.OPEN).length;
  for (const socket of sockets) socket.terminate();
  return `${open} of ${sockets.length} still open`;
};

const crossSite: Attack = async (url, signal) => {
  const response = await fetch(`${url}/graphql?query={__typename}`, {
    signal,
    headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
  });
  return outcome({ status: response.status, text: await response.text() });
};

/** The attacks by name: each is one small or medium request, or a handful of them. */
export const attacks: [string, Attack][] = [
  ['multipart map that targets a length', arrayLength],
  ['query text of 8 MiB', query(`{ ${'__typename '.repeat((8 * 1024 ** 2) / 11)} }`)],
  ['query text of 33 MiB', query(`{ __typename } #${'x'.repeat(33 * 1024 ** 2)}`)],
  ['40 comments of 16 MiB', comments],
  [
    'filter of 100,000 states',
    query('query ($s: [JobStatus!]) { jobs(filter: { status: $s }) { totalCount } }', {
      s: Array.from({ length: 100_000 }, () => 'PENDING'),
    }),
  ],
  [
    'filter of 3,000,000 states',
    query('query ($s: [JobStatus!]) { jobs(filter: { status: $s }) { totalCount } }', {
      s: Array.from({ length: 3_000_000 }, () => 'PENDING'),
    }),
  ],
  [
    'pages of 30 jobs, three aliases',
    query(`{ ${many(3, (n) => `a${n}: jobs(first: 30, filter: { name: "library" }) { nodes { ${pages} } }`)} }`),
  ],
  ['texts of 2,000 pages', query(pageTexts)],
  ['10 × texts of 2,000 pages', atOnce(10, pageTexts)],
  [
    'nodes and edges of the same lists',
    query(`{ jobs(first: 100) { nodes { ${pages} } edges { node { ${pages} } } } }`),
  ],
  ['exponential fragments over batches', query(doubling(12))],
  ['10 queries whose clients disconnect', hangUps],
  ['3,000 aliases of jobs', query(`{ ${many(3_000, (n) => `a${n}: jobs { totalCount }`)} }`)],
  ['100 searches', query(`{ ${many(100, (n) => `s${n}: searchPages(query: "the") { nodes { snippet } }`)} }`)],
  ['49 searches', query(`{ ${many(49, (n) => `s${n}: searchPages(query: "babe") { nodes { snippet } }`)} }`)],
  ['10,000 subscribes on one socket', subscribes],
  ['40 unfinished bodies of 20 MiB', unfinished(40, 20 * 1024 ** 2, 20_000)],
  ['1,000 silent sockets', unfinished(1_000, 0, 20_000)],
  ['400 unread pages', unread],
  ['parts of 400 messages', messageParts],
  [
    'links of a page with 200,000',
    query('{ jobs(filter: { name: "links" }) { nodes { pages { nodes { links { url } } } } } }'),
  ],
  ['cross-site GET', crossSite],
];
