import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { encodeId, newUuid } from '../../src/ids.ts';
import { run } from '../cli/running.ts';
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

it('create, list, rotate and revoke keys; from the first key on, callers without one are refused', async () => {
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

describe('refuse', () => {
  it.each([
    [['create', '--scopes', 'read,admin'], 'read, write and operator'],
    [['create', '--expires', 'soon'], '2027-01-31'],
    [['create', '--tenant', 'tenant_x'], 'there is no tenant tenant_x'],
    [['create', '--tenant', encodeId('tenant', newUuid())], 'there is no tenant'],
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
