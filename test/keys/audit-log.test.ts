import { hostname, userInfo } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { targetOf } from '../../src/api/audit.ts';
import { schema } from '../../src/api/schema/schema.ts';
import { encodeId, newUuid } from '../../src/ids.ts';
import type { IssuedKey } from '../../src/tenants/keys.ts';
import { insertTenant } from '../api/rows.ts';
import { inline } from '../api/submitting.ts';
import { run } from '../cli/running.ts';
import { type Service, startService } from '../service.ts';
import { ask, bearer, createBatchOfOne, createWatchToken, issueKey } from './asking.ts';

let service: Service;
let operator: IssuedKey;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
  operator = await issueKey(service, ['READ', 'WRITE', 'OPERATOR']);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const fields = 'id at actor apiKeyId tenantId address action target outcome';

async function entries(filter: object, args = 'first: 50') {
  const query = `query ($filter: AuditLogFilter) { auditLog(${args}, filter: $filter) { nodes { ${fields} } pageInfo { hasNextPage endCursor } } }`;
  const { data, code } = await ask(service.url, bearer(operator), query, { variables: { filter } });
  if (code !== undefined) throw new Error(code);
  return data.auditLog;
}

const idOf = ({ key }: IssuedKey) => encodeId('key', key.id);
const as = (key: { secret: string }, query: string, variables: object = {}) =>
  ask(service.url, bearer(key), query, { variables });

describe('the audit log', () => {
  it('has who did what, to what, from where and with what outcome', async () => {
    const tenantId = await insertTenant(service, 'audited');
    const key = await issueKey(service, ['WRITE'], { tenantId });
    const created = await as(
      key,
      'mutation ($s: JobSourceInput!) { createJob(input: { source: $s }) { job { id } } }',
      {
        s: await inline('one-page'),
      },
    );
    const job = created.data.createJob.job.id;
    const missing = encodeId('job', newUuid());
    const changes =
      'mutation ($id: ID!, $missing: ID!) { cancelJob(id: $id) { job { id } } retryJob(id: $missing) { job { id } } }';
    await as(key, changes, { id: job, missing });
    const mine = {
      actor: 'API_KEY',
      apiKeyId: idOf(key),
      tenantId: encodeId('tenant', tenantId),
      address: '127.0.0.1',
    };
    const expected = [
      { ...mine, action: 'retryJob', target: missing, outcome: 'NOT_FOUND' },
      { ...mine, action: 'cancelJob', target: job, outcome: 'OK' },
      { ...mine, action: 'createJob', target: job, outcome: 'OK' },
    ];
    await expect.poll(async () => (await entries({ apiKey: idOf(key) })).nodes).toHaveLength(3);
    const { nodes } = await entries({ apiKey: idOf(key) });
    expect(nodes).toMatchObject(expected);
    expect(new Date(nodes[2].at).getTime()).toBeLessThanOrEqual(new Date(nodes[0].at).getTime());
    expect((await entries({ target: job, outcome: 'OK' })).nodes).toMatchObject(expected.slice(1));
    expect((await entries({ tenant: mine.tenantId, action: 'retryJob' })).nodes).toMatchObject(expected.slice(0, 1));
    const { at } = nodes[1];
    const from = await entries({ tenant: mine.tenantId, createdAfter: at });
    const before = await entries({ tenant: mine.tenantId, createdBefore: at });
    expect([...from.nodes, ...before.nodes]).toEqual(nodes);
    expect((await entries({ tenant: 'tenant_x' })).nodes).toEqual([]);
  });

  it('is read in pages', async () => {
    const { nodes } = await entries({}, 'first: 3');
    const [first] = nodes;
    const { pageInfo } = await entries({}, 'first: 1');
    expect((await entries({}, `first: 2, after: "${pageInfo.endCursor}"`)).nodes).toEqual(nodes.slice(1));
    expect((await entries({}, 'first: 1')).nodes).toEqual([first]);
  });

  it('has refusals for lack of a scope, also of watch tokens', async () => {
    const key = await issueKey(service, ['READ', 'WRITE']);
    await as(key, 'query { ...F } fragment F on Query { apiKeys { nodes { id } } }');
    const { job } = await createBatchOfOne(service, key);
    const secret = await createWatchToken(service, { job }, key);
    await ask(service.url, `Bearer ${secret}`, 'mutation { cancelJob(id: "x") { job { id } } }');
    await expect
      .poll(async () => (await entries({ apiKey: idOf(key) })).nodes)
      .toMatchObject([
        { actor: 'WATCH_TOKEN', action: 'cancelJob', target: null, outcome: 'FORBIDDEN' },
        { actor: 'API_KEY', action: 'createWatchToken', target: job, outcome: 'OK' },
        { actor: 'API_KEY', action: 'createBatch', outcome: 'OK' },
        { actor: 'API_KEY', action: 'apiKeys', target: null, outcome: 'FORBIDDEN' },
      ]);
  });

  it('has requests for metrics by keys without the scope OPERATOR', async () => {
    const key = await issueKey(service, ['READ', 'WRITE']);
    const scrape = (of: typeof key) => fetch(`${service.url}/metrics`, { headers: { authorization: bearer(of) } });
    expect((await scrape(key)).status).toBe(403);
    expect((await scrape(operator)).status).toBe(200);
    await expect
      .poll(async () => (await entries({ action: '/metrics' })).nodes)
      .toMatchObject([{ actor: 'API_KEY', apiKeyId: idOf(key), target: null, outcome: 'FORBIDDEN' }]);
  });

  it('has changes of keys before they are answered', async () => {
    const { data } = await as(
      operator,
      'mutation { createApiKey(input: { scopes: [READ] }) { apiKey { id } secret } }',
    );
    const { apiKey, secret } = data.createApiKey;
    const { nodes } = await entries({ target: apiKey.id });
    expect(nodes).toMatchObject([{ action: 'createApiKey', apiKeyId: idOf(operator), outcome: 'OK' }]);
    expect(JSON.stringify(nodes)).not.toContain(secret.slice(-64));
  });

  it('needs the scope OPERATOR', async () => {
    const key = await issueKey(service, ['READ', 'WRITE']);
    expect(await as(key, '{ auditLog { nodes { id } } }')).toMatchObject({ status: 403, code: 'FORBIDDEN' });
  });

  it('has the object of every mutation', () => {
    const id = encodeId('job', newUuid());
    const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
    const payload = Object.fromEntries(
      ['job', 'batch', 'upload', 'endpoint', 'key', 'tenant', 'operation'].map((name) => [name, { id: newUuid() }]),
    );
    const without = mutations.filter(({ name, args }) => {
      const given = args.some((arg) => arg.name === 'id') ? { id } : { input: { job: id } };
      return targetOf(name, name.startsWith('create') && name !== 'createWatchToken' ? {} : given, payload) === null;
    });
    expect(without.map(({ name }) => name)).toEqual([]);
  });

  it.each(['revokeApiKey', 'rotateApiKey'])('has no secret that a client sends to %s as an id', async (action) => {
    const { key, secret } = await issueKey(service, ['READ']);
    const { code, extensions } = await as(operator, `mutation ($id: ID!) { ${action}(id: $id) { apiKey { id } } }`, {
      id: secret,
    });
    expect(code).toBe('BAD_USER_INPUT');
    expect(extensions.issues).toEqual([
      {
        path: ['id'],
        code: 'INVALID_VALUE',
        message: `is the secret of a key, not its id: use ${encodeId('key', key.id)}`,
      },
    ]);
    const filter = { action, apiKey: idOf(operator), outcome: 'BAD_USER_INPUT' };
    await expect.poll(async () => (await entries(filter)).nodes).toMatchObject([{ target: null }]);
  });

  it('has no text other than an id', async () => {
    const variables = { a: `\0${'🐝'.repeat(150)}`, b: 'secret_01h455vb4pex5vsknk084sn02q' };
    const cancel =
      'mutation ($a: ID!, $b: ID!) { a: cancelJob(id: $a) { job { id } } b: cancelJob(id: $b) { job { id } } }';
    await as(operator, cancel, variables);
    const filter = { action: 'cancelJob', apiKey: idOf(operator) };
    await expect.poll(async () => (await entries(filter)).nodes).toMatchObject([{ target: null }, { target: null }]);
  });
});

it('commands for keys are recorded, and `audit export` prints all entries as NDJSON, oldest first', async () => {
  const env = {
    DATABASE_URL: service.config.databaseUrl ?? '',
    DATA_DIR: service.config.dataDir,
    REDIS_URL: 'redis://127.0.0.1:1',
  };
  const created = await run(['keys', 'create', '--requests-per-minute', '60'], { env });
  expect(created.code, created.stderr).toBe(0);
  const [id = ''] = /key_[0-9a-z]{26}/.exec(created.stderr) ?? [];
  expect(
    await run(['keys', 'update', id, '--requests-per-minute', 'default', '--min-priority', '3'], { env }),
  ).toMatchObject({ code: 0 });
  expect(await run(['keys', 'update', id, '--max-priority', '2'], { env })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('minPriority'),
  });
  const key = await service.platform.database.prisma.apiKey.findFirstOrThrow({ orderBy: { id: 'desc' } });
  expect(key.limits).toEqual({ minPriority: 3 });
  expect(await run(['keys', 'revoke', id], { env })).toMatchObject({ code: 0 });

  const { stdout, code } = await run(['audit', 'export', '--since', '2020-01-01'], { env });
  expect(code).toBe(0);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.map(({ id }) => id)).toEqual(lines.map(({ id }) => id).sort());
  const address = `${userInfo().username}@${hostname()}`;
  expect(lines.filter(({ target }) => target === id)).toMatchObject(
    ['keys create', 'keys update', 'keys revoke'].map((action) => ({
      action,
      actor: 'COMMAND_LINE',
      address,
      outcome: 'OK',
    })),
  );
  expect((await run(['audit', 'export', '--until', '2020-01-01'], { env })).stdout).toBe('');
});
