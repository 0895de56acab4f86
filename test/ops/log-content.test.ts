import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { accepted, inline } from '../api/submitting.ts';
import { serve, type TestServer } from '../download/pdf-server.ts';
import { type FaultyProxy, startFaultyProxy } from '../faults/faulty-proxy.ts';
import { recordWarnings } from '../faults/warnings.ts';
import { type GraphqlAnswer, graphql, subscribe } from '../graphql.ts';
import { createDatabase, type Service, startService } from '../service.ts';
import { type Installation, startInstallation } from './installation.ts';

const createJob = 'mutation ($input: CreateJobInput!) { createJob(input: $input) { job { id } } }';
const watch = 'subscription ($id: ID!) { jobProgress(id: $id) { status bytesDone } }';

describe('the logs of all processes, at their most detailed', () => {
  /** Given to Pagehive in every place that takes a secret or a text of a client. */
  const secret = 'hunter2';
  let installation: Installation;
  let server: TestServer;
  const jobs: { failed: string; completed: string; lost: string } = { failed: '', completed: '', lost: '' };
  beforeAll(async () => {
    server = await serve((request, response) => {
      if (request.method === 'POST') response.writeHead(500).end(`no, ${secret}`);
      else if (request.url?.startsWith('/never')) response.writeHead(200).write('%PDF-1.7\n');
      else response.writeHead(404).end(secret);
    });
    installation = await startInstallation({
      LOG_LEVEL: 'trace',
      PRIVATE_HOSTS_ALLOWED: server.host,
      SECRET_KEY: Buffer.from(secret.padEnd(32, '!')).toString('base64'),
    });
    await run();
  });
  afterAll(async () => {
    await installation[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  async function submit(input: Record<string, unknown>): Promise<string> {
    const about = { name: `name ${secret}`, metadata: { note: secret } };
    return accepted(await graphql(installation.url, createJob, { input: { ...about, ...input } })).createJob.job.id;
  }

  async function ended(id: string): Promise<void> {
    for await (const event of subscribe(installation.url, watch, { id })) accepted(event);
  }

  async function run(): Promise<void> {
    const { url } = installation;
    const options = { maxRetries: 0 };
    const source = (path: string) => ({ url: `http://user:${secret}@${server.host}/${path}?token=${secret}` });
    // A failed download, a wrong password, a damaged document, a failing webhook, and a document that is read.
    jobs.failed = await submit({ source: source('missing.pdf'), options });
    await ended(jobs.failed);
    await ended(await submit({ source: await inline('encrypted'), options: { ...options, password: secret } }));
    await ended(await submit({ source: await inline('damaged'), options }));
    const webhook = { url: `http://user:${secret}@${server.host}/hook?token=${secret}` };
    await ended(await submit({ source: await inline('encrypted'), options: { password: 'pagehive' }, webhook }));
    jobs.completed = await submit({ source: await inline('links') });
    await ended(jobs.completed);
    // A worker that is killed during a download.
    jobs.lost = await submit({ source: source('never.pdf'), options });
    for await (const { data } of subscribe(url, watch, { id: jobs.lost })) {
      if (data.jobProgress.bytesDone > 0) break;
    }
    await installation.kill('work');
    await installation.start('work');
    await ended(jobs.lost);
    // Requests that are refused: for their query, their body, their URL and their key.
    await graphql(url, `{ noSuchField(secret: "${secret}") }`);
    await fetch(`${url}/graphql`, {
      method: 'POST',
      body: `{"${secret}`,
      headers: { 'content-type': 'application/json' },
    });
    await fetch(`${url}/uploads/x?signature=${secret}`, { method: 'PUT', body: secret });
    const key = 'mutation { createApiKey(input: { name: "test", scopes: [READ, WRITE, OPERATOR] }) { secret } }';
    const apiKey: string = accepted(await graphql(url, key)).createApiKey.secret;
    keys.push(apiKey);
    const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}`, cookie: secret });
    expect(await refusedFor(bearer(`${apiKey.slice(0, -1)}x`))).toBe('UNAUTHENTICATED');
    expect(await refusedFor(bearer(secret))).toBe('UNAUTHENTICATED');
    expect(await refusedFor(bearer(apiKey))).toBe(undefined);
  }

  const keys: string[] = [];

  async function refusedFor(headers: Record<string, string>): Promise<string | undefined> {
    const answer: GraphqlAnswer = await graphql(installation.url, '{ viewer { id } }', {}, headers);
    return answer.errors?.[0]?.extensions.code;
  }

  it('contain no secret, no text of a document and no text of a client', () => {
    const log = installation.log();
    expect(log).toContain('"ready"');
    const texts = [
      secret,
      Buffer.from(secret).toString('base64').slice(0, 8),
      'the bee page',
      'readable with the password',
    ];
    for (const text of [...texts, ...keys.map((key) => key.slice(-20))])
      expect([text, log.includes(text)]).toEqual([text, false]);
  });

  it('are JSON, with the id of the job and the attempt on every line about a job', () => {
    const lines = installation
      .log()
      .trim()
      .split('\n')
      .map((line): Record<string, unknown> => JSON.parse(line));
    const about = (id: string) => lines.filter(({ job }) => job === id);
    expect(about(jobs.failed)).toContainEqual(
      expect.objectContaining({ process: 'work', attempt: 1, code: 'DOWNLOAD_NOT_FOUND', msg: 'failed' }),
    );
    expect(about(jobs.completed)).toContainEqual(expect.objectContaining({ attempt: 1, msg: 'completed' }));
    expect(about(jobs.lost)).toContainEqual(
      expect.objectContaining({ process: 'maintain', msg: 'took a job from a lost worker' }),
    );
    const endings = lines.filter(({ msg }) => ['completed', 'failed', 'given back'].includes(String(msg)));
    expect(endings.filter(({ job, attempt }) => job === undefined || attempt === undefined)).toEqual([]);
  });
});

describe('the id of a request', () => {
  const { warnings, logger } = recordWarnings();
  let database: Awaited<ReturnType<typeof createDatabase>>;
  let proxy: FaultyProxy;
  let service: Service;
  beforeAll(async () => {
    database = await createDatabase();
    proxy = await startFaultyProxy(database.url);
    service = await startService({
      config: { databaseUrl: proxy.through(database.url) },
      overrides: { logger },
      worker: false,
      maintenance: false,
    });
  });
  afterAll(async () => {
    await service[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
    await database.drop();
  });

  const idOf = async (headers: Record<string, string>) =>
    (await fetch(`${service.url}/health/live`, { headers })).headers.get('x-request-id');

  it('is that of the header X-Request-Id if it is short and plain, otherwise a new one', async () => {
    expect(await idOf({ 'x-request-id': 'Proxy-1.2:3_4' })).toBe('Proxy-1.2:3_4');
    for (const given of ['', 'two words', 'x'.repeat(129), '"quoted"', 'ünicode'.replace('ü', '%')])
      expect(await idOf({ 'x-request-id': given })).toMatch(/^[0-9a-f]{8}-/);
    expect(await idOf({})).not.toBe(await idOf({}));
  });

  it('is also that of a WebSocket', async () => {
    const socket = new WebSocket(`${service.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      headers: { 'x-request-id': 'socket-1' },
    });
    const [response] = await once(socket, 'upgrade');
    expect(response.headers['x-request-id']).toBe('socket-1');
    socket.terminate();
    await once(socket, 'close');
  });

  it('is on every log line about the request', async () => {
    proxy.silence();
    const answer = await graphql(service.url, '{ jobs { nodes { id } } }', {}, { 'x-request-id': 'request-7' });
    proxy.heal();
    expect(answer.errors).toBeDefined();
    const lines = warnings.filter(({ msg }) => msg.startsWith('a request failed'));
    expect(lines).toEqual([expect.objectContaining({ request: 'request-7' })]);
  });
});
