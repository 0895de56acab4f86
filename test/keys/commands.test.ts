import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { defaultTenantId } from '../../src/api/context.ts';
import { decodeId, encodeId, newUuid } from '../../src/ids.ts';
import { fixture, run } from '../cli/running.ts';
import { type Service, startService } from '../service.ts';
import { ask, closeCode } from './asking.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const keys = (...args: string[]) =>
  run(['keys', ...args], { env: { DATABASE_URL: service.config.databaseUrl ?? '', DATA_DIR: service.config.dataDir } });
const status = async (secret: string | null, query = '{ __typename }') =>
  (await ask(service.url, secret && `Bearer ${secret}`, query)).status;

it('create, list, rotate and revoke keys; once a key exists, callers without one are refused', async () => {
  const anonymous = new WebSocket(`${service.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(anonymous, 'open');
  anonymous.send('{"type":"connection_init"}');
  await once(anonymous, 'message');
  const closed = once(anonymous, 'close');
  expect(await status(null)).toBe(200);

  const created = await keys('create', '--name', 'a name', '--scopes', 'read,operator', '--expires', '2999-01-01');
  expect(created.code, created.stderr).toBe(0);
  expect(created.stdout).toMatch(/^ph_[0-9a-z]{26}_[0-9a-f]{64}\n$/);
  const secret = created.stdout.trim();
  const [id = ''] = /key_[0-9a-z]{26}/.exec(created.stderr) ?? [];
  expect(await status(secret, '{ health { status } jobs { totalCount } }')).toBe(200);
  expect(await status(secret, 'mutation { cancelJob(id: "x") { __typename } }')).toBe(403);
  expect((await closed)[0]).toBe(4401);
  expect(await status(null)).toBe(401);
  const refused = await run(['list'], { env: { PAGEHIVE_URL: service.url } });
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('PAGEHIVE_KEY') });

  const { stdout: list } = await keys('list');
  expect(list).toMatch(new RegExp(`^${id} +read,operator +valid .* a name$`, 'm'));
  expect(list).not.toContain(secret.slice(-64));

  const rotated = (await keys('rotate', id, '--overlap', '3600')).stdout.trim();
  expect([await status(secret), await status(rotated)]).toEqual([200, 200]);

  const revoked = await keys('revoke', id);
  expect(revoked).toMatchObject({ code: 0, stdout: `${id} is revoked\n` });
  expect((await keys('list')).stdout).toMatch(new RegExp(`^${id} +read,operator +revoked`, 'm'));
  await expect.poll(() => status(rotated)).toBe(401);
  expect(await closeCode(service.url, { authorization: `Bearer ${rotated}` })).toBe(4401);
  expect(await keys('rotate', id)).toMatchObject({ code: 2, stderr: expect.stringContaining('was revoked') });
});

it('list shows the tenant, expiry and limits of a key, and rotate takes an overlap of 0', async () => {
  const made = await keys('create', '--expires', '2999-01-01', '--timeout-seconds', '60', '--min-priority', '2');
  const [id = ''] = /key_[0-9a-z]{26}/.exec(made.stderr) ?? [];
  const other = await keys('create');
  const [plain = ''] = /key_[0-9a-z]{26}/.exec(other.stderr) ?? [];
  const { stdout } = await keys('list');
  const tenant = encodeId('tenant', defaultTenantId);
  const limits = 'timeoutSeconds=60,minPriority=2';
  expect(stdout).toMatch(
    new RegExp(`^${id} +read,write +valid +never +2999-01-01T00:00:00.000Z +${tenant} +${limits}$`, 'm'),
  );
  expect(stdout).toMatch(new RegExp(`^${plain} +read,write +valid +never +never +${tenant} +default$`, 'm'));
  expect(await keys('rotate', id, '--overlap', '0')).toMatchObject({ code: 0 });
});

it('update removes a limit of a key', async () => {
  const { stderr } = await keys('create', '--timeout-seconds', '60', '--max-priority', '7');
  const [id = ''] = /key_[0-9a-z]{26}/.exec(stderr) ?? [];
  const limits = async () => {
    const where = { id: decodeId('key', id) ?? '' };
    return (await service.platform.database.prisma.apiKey.findUniqueOrThrow({ where })).limits;
  };
  expect(await limits()).toEqual({ timeoutSeconds: 60, maxPriority: 7 });
  expect(await keys('update', id, '--timeout-seconds', 'none')).toMatchObject({ code: 0 });
  expect(await limits()).toEqual({ maxPriority: 7 });
  expect(await keys('update', id, '--max-priority', 'default')).toMatchObject({ code: 0 });
  expect(await limits()).toEqual({});
});

it.each([
  ['write', 'READ'],
  ['read', 'WRITE'],
  ['operator', 'READ and WRITE'],
])('submit with the scope %s uploads nothing and names what the key lacks', async (scopes, lacking) => {
  const { stdout } = await keys('create', '--scopes', scopes);
  const { prisma } = service.platform.database;
  const before = await prisma.source.count();
  const env = { PAGEHIVE_URL: service.url, PAGEHIVE_KEY: stdout.trim() };
  for (const options of [[], ['--batch']]) {
    expect(await run(['submit', fixture('one-page.pdf'), ...options], { env })).toEqual({
      code: 1,
      stdout: '',
      stderr: `submit needs the scopes READ and WRITE, and the API key lacks ${lacking}.\n`,
    });
  }
  expect(await prisma.source.count()).toBe(before);
});

it.each(['update', 'rotate', 'revoke'])('%s names the key of a secret that is given as an id', async (command) => {
  const { stdout, stderr } = await keys('create');
  const [id = ''] = /key_[0-9a-z]{26}/.exec(stderr) ?? [];
  const secret = stdout.trim();
  const refused = await keys(command, secret, ...(command === 'update' ? ['--name', 'x'] : []));
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining(`not its id: use ${id}`) });
  expect(refused.stderr).not.toContain(secret.slice(-64));
});

it('commands change nothing if the audit log cannot record them', async () => {
  const { database } = service.platform;
  const { stderr } = await keys('create');
  const [id = ''] = /key_[0-9a-z]{26}/.exec(stderr) ?? [];
  const all = () => database.prisma.apiKey.findMany({ orderBy: { id: 'asc' }, omit: { lastUsedAt: true } });
  const before = await all();
  await database.query(
    `CREATE FUNCTION refuse_entry() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'the disk is full'; END $$`,
    [],
  );
  await database.query(
    'CREATE TRIGGER refuse_entry BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_entry()',
    [],
  );
  try {
    for (const args of [['create'], ['update', id, '--name', 'x'], ['rotate', id], ['revoke', id]]) {
      const failed = await keys(...args);
      expect(failed).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('the disk is full') });
    }
    expect(await all()).toEqual(before);
  } finally {
    await database.query('DROP FUNCTION refuse_entry() CASCADE', []);
  }
});

describe('refuse', () => {
  it.each([
    [['create', '--scopes', 'read,admin'], 'read, write and operator'],
    [['create', '--expires', 'soon'], '2027-01-31'],
    [['create', '--expires', '+010000-01-01'], '2027-01-31'],
    [['create', '--name', 'x'.repeat(501)], 'at most 500 characters'],
    [['create', '--tenant', 'tenant_x'], 'there is no tenant tenant_x'],
    [['create', '--tenant', encodeId('tenant', newUuid())], 'there is no tenant'],
    [['update', encodeId('key', newUuid())], 'nothing to change: give --name or a limit'],
    [['update', encodeId('key', newUuid()), '--max-priority', '10'], 'maxPriority must be between 0 and 9'],
    [['create', '--timeout-seconds', '0'], 'timeoutSeconds must be between 1 and 86400'],
    [['create', '--requests-per-minute', '1000001'], 'requestsPerMinute must be between 1 and 1000000'],
    [
      ['create', '--memory-bytes', '1'],
      `memoryBytes must be between ${512 * 1024 ** 2} and ${Number.MAX_SAFE_INTEGER}`,
    ],
    [['create', '--min-priority', 'some'], '"none"'],
    [['rotate', 'key_x'], 'is not the id of a key'],
    [['rotate', encodeId('key', newUuid())], 'does not exist'],
    [['revoke', encodeId('key', newUuid())], 'there is no key'],
    [['rotate', encodeId('key', newUuid()), '--overlap', '-1'], 'overlap'],
    [['rotate', encodeId('key', newUuid()), '--overlap', '99999999'], 'overlap'],
  ])('%j', async (args, message) => {
    const { code, stderr } = await keys(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
