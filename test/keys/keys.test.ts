import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultTenantId } from '../../src/api/context.ts';
import { encodeId, newUuid } from '../../src/ids.ts';
import { type IssuedKey, revokeKey, rotateKey } from '../../src/tenants/keys.ts';
import type { Scope } from '../../src/tenants/scopes.ts';
import { insertJob, insertTenant } from '../api/rows.ts';
import { type Service, startService } from '../service.ts';
import { ask, bearer, closeCode, connected, issueFirstKey, issueKey } from './asking.ts';

let service: Service;
let all: IssuedKey;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
  all = await issueFirstKey(service, ['READ', 'WRITE', 'OPERATOR']);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const issue = (scopes: Scope[], changes: { tenantId?: string; expiresAt?: Date } = {}) =>
  issueKey(service, scopes, changes);
const as = (authorization: string | null, query: string, variables: object = {}) =>
  ask(service.url, authorization, query, { variables });
const close = (connectionParams: object) => closeCode(service.url, connectionParams);

describe('a key', () => {
  it('admits its holder, as a bearer token or as a password', async () => {
    const query = '{ viewer { id scopes apiKey { id } } }';
    const expected = { id: encodeId('tenant', defaultTenantId), apiKey: { id: encodeId('key', all.key.id) } };
    for (const authorization of [bearer(all), `bearer  ${all.secret}`, `Basic ${btoa(`me:${all.secret}`)}`]) {
      const { status, data } = await as(authorization, query);
      expect(status).toBe(200);
      expect(data.viewer).toMatchObject(expected);
    }
    expect(await close({ authorization: bearer(all) })).toBe(0);
  });

  it.each([
    ['none', () => null],
    ['another text', () => 'Bearer me'],
    ['a truncated one', () => bearer(all).slice(0, -1)],
    ['a forged one', () => bearer(all).replace(/.{8}$/, 'deadbeef')],
    ['one of another installation', () => `Bearer ph_${encodeId('key', newUuid()).slice(4)}_${'0'.repeat(64)}`],
    ['another scheme', () => `Digest ${all.secret}`],
  ])('is required: %s is refused over HTTP and WebSocket', async (_, authorization) => {
    const shown = authorization();
    expect(await as(shown, '{ __typename }')).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    expect(await close(shown === null ? {} : { authorization: shown })).toBe(4401);
  });

  it('is stored only as a hash', async () => {
    const rows = await service.platform.database.query<{ row: string }>('SELECT k::text AS row FROM api_keys k', []);
    const text = rows.map(({ row }) => row).join();
    const secret = all.secret.slice(-64);
    expect(text).not.toContain(secret);
    expect(text).not.toContain(Buffer.from(secret, 'hex').toString('base64'));
    expect(text).toContain(all.key.id);
  });

  it('is requested as a password when a browser opens a page, which needs it', async () => {
    const open = (headers: Record<string, string>) =>
      fetch(`${service.url}/graphql`, { headers: { accept: 'text/html', ...headers } });
    const anonymous = await open({});
    expect(anonymous.status).toBe(401);
    expect(anonymous.headers.get('www-authenticate')).toContain('Basic realm=');
    const page = await open({ authorization: `Basic ${btoa(`me:${all.secret}`)}` });
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    await page.body?.cancel();
  });

  it('is requested as a token when a script calls the API, even for introspection', async () => {
    const { status, headers } = await as(null, '{ __schema { types { name } } }');
    expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="Pagehive"']);
  });

  it('is refused when it has expired', async () => {
    const expired = await issue(['READ'], { expiresAt: new Date(Date.now() - 1_000) });
    expect(await as(bearer(expired), '{ __typename }')).toMatchObject({ status: 401 });
  });

  it('gives access only to its own tenant', async () => {
    const tenantId = await insertTenant(service, 'another');
    const theirs = await issue(['READ', 'WRITE'], { tenantId });
    const { id } = await insertJob(service, { status: 'COMPLETED' });
    const query = 'query ($id: ID!) { job(id: $id) { id } }';
    expect((await as(bearer(all), query, { id })).data.job).toEqual({ id });
    expect((await as(bearer(theirs), query, { id })).data.job).toBeNull();
  });
});

describe('scopes', () => {
  const create = 'mutation { createUpload(input: {}) { upload { id url headers { name } } } }';
  const cases: [string, Scope[], boolean][] = [
    ['{ jobs { totalCount } }', ['READ'], true],
    ['{ jobs { totalCount } }', ['WRITE', 'OPERATOR'], false],
    ['{ viewer { id } }', ['OPERATOR'], true],
    ['{ viewer { webhookSecret } }', ['READ'], false],
    ['{ health { status } }', ['READ', 'WRITE'], false],
    ['{ health { status } }', ['OPERATOR'], true],
    ['{ apiKeys { nodes { id } } }', ['READ', 'WRITE'], false],
    [create, ['READ', 'OPERATOR'], false],
    [create, ['WRITE'], true],
    ['mutation { cancelJob(id: "x") { job { id status } } }', ['WRITE'], true],
    ['mutation { cancelJob(id: "x") { job { result { text } } } }', ['WRITE'], false],
    [
      'mutation { cancelJob(id: "x") { ...F } } fragment F on CancelJobPayload { job { batch { id } } }',
      ['WRITE'],
      false,
    ],
    ['{ node(id: "x") { ... on Upload { url } } }', ['READ'], false],
    ['{ node(id: "x") { ... on Upload { url } } }', ['READ', 'WRITE'], true],
    ['{ node(id: "x") { ...U } } fragment U on Upload { url @skip(if: true) }', ['READ'], false],
    ['{ node(id: "x") { ... on Worker { host } } }', ['READ', 'WRITE'], false],
    ['{ node(id: "x") { ... on Worker { host } } }', ['READ', 'OPERATOR'], true],
    ['{ webhookDeliveries { nodes { attempts { answer } } } }', ['READ'], false],
    ['{ webhookDeliveries { nodes { attempts { statusCode } } } }', ['READ'], true],
    ['mutation { createApiKey(input: { scopes: [READ] }) { secret } }', ['READ', 'WRITE'], false],
  ];
  it.each(cases)('allow exactly their fields: %s with %j: %s', async (query, scopes, allowed) => {
    const key = await issue(scopes);
    const { status, code } = await as(bearer(key), query);
    if (allowed) expect(code).not.toBe('FORBIDDEN');
    else expect([status, code]).toEqual([403, 'FORBIDDEN']);
  });

  it('are checked over WebSocket and Server-Sent Events, too', async () => {
    const key = await issue(['WRITE']);
    const response = await fetch(`${service.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: bearer(key) },
      body: JSON.stringify({ query: 'subscription { jobUpdates { status } }' }),
    });
    expect(await response.text()).toContain('FORBIDDEN');
    const socket = await connected(service.url, bearer(key));
    socket.send('{"id":"1","type":"subscribe","payload":{"query":"subscription { jobUpdates { status } }"}}');
    const [message] = await once(socket, 'message');
    expect(JSON.parse(String(message))).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'FORBIDDEN' } }],
    });
    socket.terminate();
  });
});

describe('revocation', () => {
  const subscription = 'subscription { jobUpdates { status } }';

  it('ends open sockets and streams, and refuses further requests', async () => {
    const key = await issue(['READ']);
    const socket = await connected(service.url, bearer(key));
    const stream = await fetch(`${service.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: bearer(key) },
      body: JSON.stringify({ query: subscription }),
    });
    expect(stream.status).toBe(200);
    const ended = [once(socket, 'close'), stream.text().catch(() => 'cut off')] as const;
    await revokeKey(service.platform.database, key.key.id);
    const [[code], text] = await Promise.all(ended);
    expect(code).toBe(4401);
    expect(text).toBe('cut off');
    expect(await as(bearer(key), '{ __typename }')).toMatchObject({ status: 401 });
  });

  it('by rotation keeps the previous secret valid for a while', async () => {
    const key = await issue(['READ']);
    const { database } = service.platform;
    const second = await rotateKey(database, key.key.id, 3_600);
    const third = await rotateKey(database, key.key.id, 3_600);
    if (second === null || third === null) throw new Error('the key was not rotated');
    const answers = await Promise.all([key, second, third].map((each) => as(bearer(each), '{ __typename }')));
    expect(answers.map(({ status }) => status)).toEqual([401, 200, 200]);
  });

  it('by rotation without overlap ends only the sockets of the old secret', async () => {
    const key = await issue(['READ']);
    const old = await connected(service.url, bearer(key));
    const closed = once(old, 'close');
    const rotated = await rotateKey(service.platform.database, key.key.id, 0);
    if (rotated === null) throw new Error('the key was not rotated');
    expect((await closed)[0]).toBe(4401);
    expect(await close({ authorization: bearer(rotated) })).toBe(0);
  });
});

describe('the operator mutations', () => {
  it('create, rotate, list and revoke keys', async () => {
    const run = (query: string, variables = {}) => as(bearer(all), query, variables);
    const created = await run(
      'mutation { createApiKey(input: { name: "CI", scopes: [READ, READ] }) { secret apiKey { id name scopes revokedAt } } }',
    );
    const { secret, apiKey } = created.data.createApiKey;
    expect(apiKey).toMatchObject({ name: 'CI', scopes: ['READ'], revokedAt: null });
    expect(await as(`Bearer ${secret}`, '{ jobs { totalCount } }')).toMatchObject({ status: 200 });
    const { id } = apiKey;
    const rotated = await run('mutation ($id: ID!) { rotateApiKey(id: $id) { secret } }', { id });
    expect(rotated.data.rotateApiKey.secret).not.toBe(secret);
    const listed = await run('{ apiKeys(first: 1) { nodes { id rotatedAt } } }');
    expect(listed.data.apiKeys.nodes).toEqual([{ id, rotatedAt: expect.any(String) }]);
    for (const _ of [1, 2]) {
      const revoked = await run('mutation ($id: ID!) { revokeApiKey(id: $id) { apiKey { revokedAt } } }', { id });
      expect(revoked.data.revokeApiKey.apiKey.revokedAt).toEqual(expect.any(String));
    }
    expect((await run('mutation ($id: ID!) { rotateApiKey(id: $id) { secret } }', { id })).code).toBe('NOT_FOUND');
  });

  it('report each problem of the input', async () => {
    const create = (input: object) =>
      as(bearer(all), 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }', { input });
    expect((await create({ scopes: [] })).code).toBe('BAD_USER_INPUT');
    expect((await create({ scopes: ['READ'], tenant: encodeId('tenant', newUuid()) })).code).toBe('BAD_USER_INPUT');
    const overlap = 'mutation ($id: ID!) { rotateApiKey(id: $id, overlapSeconds: -1) { secret } }';
    expect((await as(bearer(all), overlap, { id: encodeId('key', all.key.id) })).code).toBe('BAD_USER_INPUT');
  });
});
