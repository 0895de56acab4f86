import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { getNamedType, isLeafType, isObjectType, isRequiredArgument } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { schema } from '../../src/api/schema/schema.ts';
import { createClient } from '../../src/client/client.ts';
import { createSecrets } from '../../src/connections/secrets.ts';
import { encodeId, newUuid } from '../../src/ids.ts';
import { type IssuedKey, revokeKey, rotateKey } from '../../src/tenants/keys.ts';
import { generationOf, signWatchToken } from '../../src/tenants/watch-token.ts';
import { insertJob } from '../api/rows.ts';
import { collect } from '../client/running.ts';
import { type Service, startService } from '../service.ts';
import { ask, closeCode, connected, createBatchOfOne, createWatchToken, issueKey } from './asking.ts';

let service: Service;
let key: IssuedKey;
let job: string;
let other: string;
let batch: string;
let token: string;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
  key = await issueKey(service, ['READ', 'WRITE', 'OPERATOR']);
  ({ batch, job } = await createBatchOfOne(service, key));
  ({ job: other } = await createBatchOfOne(service, key));
  token = await createToken({ job, download: 'TEXT' });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const createToken = (input: object, by: Pick<IssuedKey, 'secret'> = key) => createWatchToken(service, input, by);

const as = (secret: string, query: string, variables: object = {}) =>
  ask(service.url, `Bearer ${secret}`, query, { variables });

describe('a watch token', () => {
  it('reads the state of its job, and the URL of the download that it names', async () => {
    const { id } = await insertJob(service, { status: 'COMPLETED' });
    const mine = await createToken({ job: id, download: 'TEXT' });
    const query = `query ($id: ID!) {
      job(id: $id) { status progressPercentage failure { code } result { download(format: TEXT) { url } } }
      node(id: $id) { id __typename ... on Job { estimatedCompletion } }
    }`;
    const { status, data } = await as(mine, query, { id });
    expect(status).toBe(200);
    expect(data.job).toMatchObject({
      status: 'COMPLETED',
      result: { download: { url: expect.stringMatching(/text/) } },
    });
    expect(data.node).toMatchObject({ id, __typename: 'Job' });
    const client = createClient({ url: service.url, apiKey: mine });
    expect((await client.download(id, 'TEXT'))?.url).toMatch(/text/);
  });

  it('reads the counts of its batch', async () => {
    const mine = await createToken({ batch });
    const { data } = await as(mine, 'query ($id: ID!) { batch(id: $id) { total pending status } }', { id: batch });
    expect(data.batch).toEqual({ total: 1, pending: 1, status: 'PENDING' });
    expect(
      await as(mine, 'query ($id: ID!) { batch(id: $id) { jobs { nodes { id } } } }', { id: batch }),
    ).toMatchObject({
      status: 403,
    });
  });

  it('reads why its job failed, but not the host of its source', async () => {
    const failureMessage = 'files.internal.example.com answered with HTTP status 403.';
    const failed = { status: 'FAILED', failureCode: 'DOWNLOAD_REFUSED', failureMessage } as const;
    const { id } = await insertJob(service, failed);
    const mine = await createToken({ job: id });
    const general = { code: 'DOWNLOAD_REFUSED', message: 'The URL refused access to the document.' };
    const query = `{ job(id: "${id}") { failure { code message } } }`;
    expect((await as(key.secret, query)).data.job.failure).toMatchObject({ message: failureMessage });
    expect((await as(mine, query)).data.job.failure).toEqual(general);
    for (const transport of ['websocket', 'sse'] as const) {
      const client = createClient({ url: service.url, apiKey: mine, transport, webSocket: WebSocket });
      expect(await collect(client.jobProgress(id))).toMatchObject([{ failure: general }]);
    }
  });

  it.each(['websocket', 'sse'] as const)('watches its job over %s with the typed client', async (transport) => {
    const { id } = await insertJob(service, { status: 'COMPLETED' });
    const apiKey = await createToken({ job: id });
    const client = createClient({ url: service.url, apiKey, transport, webSocket: WebSocket });
    expect(await collect(client.jobProgress(id))).toMatchObject([{ status: 'COMPLETED' }]);
    await expect(collect(client.jobProgress(other))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(collect(client.jobUpdates())).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('a watch token reaches nothing else', () => {
  const cases: [string, string, object?][] = [
    ['another job', 'query ($id: ID!) { job(id: $id) { status } }', { id: 'other' }],
    ['a job that does not exist', 'query ($id: ID!) { job(id: $id) { status } }', { id: encodeId('job', newUuid()) }],
    ['another job by the default of a variable', 'query ($id: ID! = "OTHER") { job(id: $id) { status } }'],
    ['another node', '{ node(id: "OTHER") { id } }'],
    ['its batch', '{ job(id: "JOB") { batch { id } } }'],
    ['its batch through a fragment', '{ job(id: "JOB") { ...F } } fragment F on Job { batch { status } }'],
    ['the job of its events', 'subscription { jobProgress(id: "JOB") { job { id } } }'],
    ['the batch of its job', '{ batch(id: "BATCH") { status } }'],
    ['another format', '{ job(id: "JOB") { result { download(format: ZIP) { url } } } }'],
    [
      'another format by an alias',
      '{ job(id: "JOB") { result { a: download(format: TEXT) { url } b: download(format: JSON) { url } } } }',
    ],
    ['a skipped field', '{ job(id: "JOB") { metadata @skip(if: true) } }'],
    ['the schema', '{ __schema { queryType { name } } }'],
    ['mutations', 'mutation { cancelJob(id: "JOB") { job { id } } }'],
    ['other tokens', 'mutation { createWatchToken(input: { job: "JOB" }) { token } }'],
    ['all updates', 'subscription { jobUpdates { status } }'],
  ];
  it.each(cases)('not %s', async (_, query, variables = {}) => {
    const text = query.replaceAll('JOB', job).replaceAll('OTHER', other).replaceAll('BATCH', batch);
    const given = Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [name, value === 'other' ? other : value]),
    );
    expect(await as(token, text, given)).toMatchObject({ status: 403, code: 'FORBIDDEN' });
  });

  it.each(Object.keys(schema.getQueryType()?.getFields() ?? {}))('not Query.%s, except by its own id', async (name) => {
    const { args = [], type } = schema.getQueryType()?.getFields()[name] ?? {};
    const given = args.filter(isRequiredArgument).map((arg) => `${arg.name}: "${other}"`);
    const selection = type === undefined || isLeafType(getNamedType(type)) ? '' : '{ __typename }';
    const { code } = await as(token, `{ ${name}${given.length > 0 ? `(${given})` : ''} ${selection} }`);
    expect(code).toBe('FORBIDDEN');
  });

  it('of the fields of a job, only those about its progress', async () => {
    const type = schema.getType('Job');
    if (!isObjectType(type)) throw new Error('there is no type Job');
    const readable: string[] = [];
    for (const field of Object.values(type.getFields())) {
      if (field.args.some(isRequiredArgument)) continue;
      const selection = isLeafType(getNamedType(field.type)) ? '' : '{ __typename }';
      const { status } = await as(token, `{ job(id: "${job}") { ${field.name} ${selection} } }`);
      if (status === 200) readable.push(field.name);
    }
    expect(readable.sort()).toEqual(
      [
        ...['createdAt', 'estimatedCompletion', 'estimatedCompletionEarliest', 'estimatedCompletionLatest', 'failure'],
        ...['finishedAt', 'id', 'maxRetries', 'name', 'nextRetryAt', 'pagesDone', 'pagesTotal', 'progressPercentage'],
        ...['queuePosition', 'result', 'retryCount', 'revision', 'stage', 'startedAt', 'status'],
      ].sort(),
    );
  });

  it('on other paths', async () => {
    const authorization = `Bearer ${token}`;
    const get = (path: string) => fetch(`${service.url}${path}`, { headers: { authorization } });
    expect((await get('/metrics')).status).toBe(403);
    expect(await (await get('/health/ready')).json()).toEqual({ status: expect.any(String) });
    expect((await get(`/downloads/${job}/text?token=${token}`)).status).toBe(403);
  });
});

describe('a watch token is refused', () => {
  const sign = (changes: { secrets?: Parameters<typeof signWatchToken>[0]; expiresAt?: Date; generation?: string }) =>
    signWatchToken(changes.secrets ?? service.platform.secrets, {
      subject: job,
      download: null,
      key: { id: key.key.id, generation: changes.generation ?? generationOf(key.key.hash) },
      expiresAt: changes.expiresAt ?? new Date(Date.now() + 60_000),
    });

  it.each<[string, () => string]>([
    ['altered', () => token.replace(/^pw_./, (start) => `${start.slice(0, -1)}${start.endsWith('W') ? 'X' : 'W'}`)],
    ['truncated', () => token.slice(0, -1)],
    ['that lives longer than it was signed for', () => token.replace(/\.(\d+)\./, (_, at) => `.${Number(at) + 1}.`)],
    ['that has expired', () => sign({ expiresAt: new Date(Date.now() - 1_000) })],
    ['of another installation', () => sign({ secrets: createSecrets(randomBytes(32)) })],
    ['of another secret of its key', () => sign({ generation: generationOf(randomBytes(32)) })],
    ['of nothing', () => 'pw_'],
  ])('%s', async (_, make) => {
    expect(await as(sign({}), `{ job(id: "${job}") { status } }`)).toMatchObject({ status: 200 });
    const forged = make();
    expect(await as(forged, '{ __typename }')).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    expect(await closeCode(service.url, { authorization: `Bearer ${forged}` })).toBe(4401);
  });

  it('once it has expired, on open sockets and streams as well', async () => {
    const short = sign({ expiresAt: new Date(Date.now() + 3_000) });
    const socket = await connected(service.url, `Bearer ${short}`);
    const stream = await fetch(`${service.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${short}` },
      body: JSON.stringify({ query: `subscription { jobProgress(id: "${job}") { status } }` }),
    });
    const [[code], text] = await Promise.all([once(socket, 'close'), stream.text().catch(() => 'cut off')]);
    expect([code, text]).toEqual([4401, 'cut off']);
  });

  it('once its key is revoked', async () => {
    const mine = await issueKey(service, ['READ']);
    const watch = await createToken({ job }, mine);
    const socket = await connected(service.url, `Bearer ${watch}`);
    const closed = once(socket, 'close');
    await revokeKey(service.platform.database, mine.key.id);
    expect((await closed)[0]).toBe(4401);
    expect(await as(watch, '{ __typename }')).toMatchObject({ status: 401 });
  });

  it('once the secret of its key is replaced, after the overlap', async () => {
    const mine = await issueKey(service, ['READ']);
    const watch = await createToken({ job }, mine);
    await rotateKey(service.platform.database, mine.key.id, 3_600);
    const read = async () => (await as(watch, `{ job(id: "${job}") { status } }`)).status;
    expect(await read()).toBe(200);
    await rotateKey(service.platform.database, mine.key.id, 0);
    await expect.poll(read).toBe(401);
  });
});

it('is replaced by the client when it expires', async () => {
  const { id } = await insertJob(service, { status: 'PENDING' });
  const key_ = { id: key.key.id, generation: generationOf(key.key.hash) };
  let made = 0;
  const apiKey = () => {
    const expiresAt = new Date(Date.now() + (made++ === 0 ? 2_000 : 60_000));
    return signWatchToken(service.platform.secrets, { subject: id, download: null, key: key_, expiresAt });
  };
  const states: string[] = [];
  const client = createClient({ url: service.url, apiKey, webSocket: WebSocket });
  const watching = client.jobProgress(id, { onState: (state) => states.push(state) }).subscribe({});
  await expect.poll(() => states).toEqual(['connected', 'reconnecting', 'connected']);
  expect(made).toBe(2);
  watching.unsubscribe();
});

it('works without keys, until the first key exists', async () => {
  await using open = await startService({ worker: false, maintenance: false });
  const { id } = await insertJob(open, { status: 'COMPLETED' });
  const { data } = await ask(open.url, null, `mutation { createWatchToken(input: { job: "${id}" }) { token } }`);
  const watch = `Bearer ${data.createWatchToken.token}`;
  const read = async () => (await ask(open.url, watch, `{ job(id: "${id}") { status } }`)).status;
  expect(await read()).toBe(200);
  expect(await ask(open.url, watch, '{ jobs { totalCount } }')).toMatchObject({ status: 403 });
  await issueKey(open, ['READ']);
  await expect.poll(read).toBe(401);
});
