import { execFileSync } from 'node:child_process';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boundedFields } from '../../src/ops/bounded-fields.ts';
import { accepted, cancel, ended, fixture, submit } from '../api/submitting.ts';
import { serve, type TestServer } from '../download/pdf-server.ts';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { deferred } from './extractors.ts';

/** Words that must occur nowhere: parts of the credentials, and the password of a document. */
const words = { user: 'wanda-the-user', word: 'p%40ss-of-the-url', password: 'open-sesame-of-the-document' };
const authorization = `Basic ${Buffer.from('wanda-the-user:p@ss-of-the-url').toString('base64')}`;
const secrets = [words.user, words.word, decodeURIComponent(words.word), words.password, authorization.slice(6)];

let service: Service;
let server: TestServer;
let logged = '';
let published = '';
/** Called when the server gets a request; it answers once the promise resolves. */
let asked = deferred<void>();
let answer = deferred<void>();

beforeAll(async () => {
  const stream = new Writable({
    write(chunk, _encoding, done) {
      logged += chunk;
      done();
    },
  });
  const logger = pino(
    { level: 'trace', formatters: { log: boundedFields }, serializers: { err: (each: unknown) => each } },
    stream,
  );
  const document = await fixture('encrypted');
  server = await serve(async (request, response) => {
    if (request.headers.authorization !== authorization) {
      response.writeHead(401).end();
      return;
    }
    asked.resolve();
    await answer.promise;
    response.writeHead(200, { 'content-type': 'application/pdf' }).end(document);
  });
  service = await startService({ config: { privateHostsAllowed: ['127.0.0.1'] }, overrides: { logger } });
  const listener = service.platform.redis.duplicate();
  await listener.connect();
  await listener.pSubscribe('*', (message, channel) => {
    published += `${channel} ${message}\n`;
  });
  stops.push(() => listener.destroy());
});
const stops: (() => void)[] = [];
afterAll(async () => {
  for (const stop of stops) stop();
  await service[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const url = () => `${server.origin.replace('://', `://${words.user}:${words.word}@`)}/secret.pdf`;

/** Every row of every table, as a dump of the database has it. */
async function dump(): Promise<string> {
  const { database } = service.platform;
  const tables = await database.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'`,
    [],
  );
  const rows = await Promise.all(
    tables.map(({ name }) => database.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`, [])),
  );
  return rows.flatMap((each) => each.map(({ row }) => row)).join('\n');
}

/** Every value in Redis. */
async function redisValues(): Promise<string> {
  const { redis } = service.platform;
  const values: unknown[] = [];
  for await (const keys of redis.scanIterator({ MATCH: `${service.config.redisPrefix}*` })) {
    for (const key of keys) {
      const type = await redis.type(key);
      values.push(key);
      if (type === 'string') values.push(await redis.get(key));
      if (type === 'list') values.push(await redis.lRange(key, 0, -1));
      if (type === 'set') values.push(await redis.sMembers(key));
      if (type === 'zset') values.push(await redis.zRange(key, 0, -1));
      if (type === 'hash') values.push(await redis.hGetAll(key));
    }
  }
  return JSON.stringify(values);
}

/** The places where a secret occurs. */
async function places(): Promise<string[]> {
  const texts = {
    database: await dump(),
    redis: await redisValues(),
    messages: published,
    log: logged,
    arguments: execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }),
  };
  return Object.entries(texts).flatMap(([place, text]) =>
    secrets.filter((secret) => text.includes(secret)).map((secret) => `${secret} in ${place}`),
  );
}

async function sealed(): Promise<unknown[]> {
  return await service.platform.database.query(
    `SELECT s.sealed_credentials IS NOT NULL AS credentials, j.sealed_password IS NOT NULL AS password
       FROM jobs j JOIN sources s ON s.id = j.source_id ORDER BY j.created_at`,
    [],
  );
}

describe('credentials in the URL of a document, and its password', () => {
  it('are used, but occur in no database row, Redis value, message, log line or process argument', async () => {
    const { id } = await submit(service, { source: { url: url() }, options: { password: words.password } });
    await asked.promise;
    expect(await sealed()).toEqual([{ credentials: true, password: true }]);
    expect(await places()).toEqual([]);
    answer.resolve();
    await ended(service, id);
    const { job } = accepted(
      await graphql(service.url, `{ job(id: "${id}") { status failure { code } source { url bytes } } }`),
    );
    // The download succeeded; the password is not that of the document.
    expect(job).toMatchObject({ status: 'FAILED', failure: { code: 'PDF_WRONG_PASSWORD' } });
    expect(job.source.url).toBe(`${server.origin}/secret.pdf`);
    expect(await sealed()).toEqual([{ credentials: false, password: false }]);
    expect(await places()).toEqual([]);
    await service.platform.database.query('DELETE FROM jobs', []);
  });

  it('are erased when the last job of the document ends, also without a download', async () => {
    [asked, answer] = [deferred(), deferred()];
    const { id } = await submit(service, { source: { url: url() }, runAt: '2999-01-01T00:00:00Z' });
    const other = await submit(service, { source: { job: id }, runAt: '2999-01-01T00:00:00Z' });
    accepted(await cancel(service, id));
    expect(await sealed()).toEqual([
      { credentials: true, password: false },
      { credentials: true, password: false },
    ]);
    accepted(await cancel(service, other.id));
    expect(await sealed()).toEqual([
      { credentials: false, password: false },
      { credentials: false, password: false },
    ]);
    expect(await places()).toEqual([]);
    await service.platform.database.query('DELETE FROM jobs', []);
  });

  it('are sealed in batches, too', async () => {
    [asked, answer] = [deferred(), deferred()];
    const query = 'mutation ($input: CreateBatchInput!) { createBatch(input: $input) { batch { id } } }';
    const input = { items: [{ source: { url: url() }, options: { password: words.password } }] };
    accepted(await graphql(service.url, query, { input }));
    await asked.promise;
    expect(await sealed()).toEqual([{ credentials: true, password: true }]);
    expect(await places()).toEqual([]);
    answer.resolve();
    await expect.poll(sealed).toEqual([{ credentials: false, password: false }]);
    expect(await places()).toEqual([]);
  });
});
