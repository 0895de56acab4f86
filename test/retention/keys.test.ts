import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPruner } from '../../src/maintenance/pruner.ts';
import { revokeKey } from '../../src/tenants/keys.ts';
import { issueFirstKey, issueKey } from '../keys/asking.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const day = 86_400_000;

async function prune(keysDays: number | null): Promise<string[]> {
  const retention = { ...service.config.retention, keysDays };
  await createPruner({ ...service.platform, config: { retention } }).runOnce();
  const left = await service.platform.database.prisma.apiKey.findMany({ orderBy: { id: 'asc' } });
  return left.map(({ id }) => id);
}

it('revoked and expired keys are deleted after RETENTION_KEYS_DAYS, but never the newest', async () => {
  const { database } = service.platform;
  const valid = await issueFirstKey(service, ['OPERATOR']);
  const expired = await issueKey(service, ['READ'], { expiresAt: new Date(Date.now() - 11 * day) });
  const recent = await issueKey(service, ['READ'], { expiresAt: new Date(Date.now() - 9 * day) });
  const later = await issueKey(service, ['READ'], { expiresAt: new Date(Date.now() + day) });
  const [revoked, newest] = [await issueKey(service, ['READ']), await issueKey(service, ['READ'])];
  for (const { key } of [revoked, newest]) {
    await revokeKey(database, key.id);
    await database.query(`UPDATE api_keys SET revoked_at = now() - interval '11 days' WHERE id = $1`, [key.id]);
  }
  const all = [valid, expired, recent, later, revoked, newest].map(({ key }) => key.id);
  expect(await prune(null)).toEqual(all);
  expect(await prune(10)).toEqual([valid, recent, later, newest].map(({ key }) => key.id));
});
