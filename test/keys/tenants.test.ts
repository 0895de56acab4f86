import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultTenantId } from '../../src/api/context.ts';
import { encodeId } from '../../src/ids.ts';
import { createUsageCounter } from '../../src/maintenance/usage-counter.ts';
import { revokeKey } from '../../src/tenants/keys.ts';
import { insertJob } from '../api/rows.ts';
import { inline, submit } from '../api/submitting.ts';
import { run } from '../cli/running.ts';
import { type Service, startService } from '../service.ts';
import { ask, bearer, issueFirstKey, issueKey } from './asking.ts';

let service: Service;
let operator: string;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
  await submit(service, { source: await inline('one-page') });
  operator = bearer(await issueFirstKey(service, ['OPERATOR']));
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const fields =
  'id name createdAt validKeys limits { jobsRunning jobsWaiting } usage { jobsWaiting bytesStored pagesThisMonth }';

async function listed(args = '') {
  const { data } = await ask(
    service.url,
    operator,
    `{ tenants${args} { nodes { ${fields} } pageInfo { hasNextPage endCursor } } }`,
  );
  return data.tenants;
}

async function createTenant(name: string, limits = {}): Promise<{ id: string; uuid: string }> {
  const query = 'mutation ($input: CreateTenantInput!) { createTenant(input: $input) { tenant { id } } }';
  const { data } = await ask(service.url, operator, query, { variables: { input: { name, limits } } });
  const { id } = data.createTenant.tenant;
  const { id: uuid } = await service.platform.database.prisma.tenant.findFirstOrThrow({ where: { name } });
  return { id, uuid };
}

describe('tenants', () => {
  it('are listed with their limits, usage and valid keys, newest first', async () => {
    const { database } = service.platform;
    const { id, uuid } = await createTenant('a customer', { jobsRunning: 3, jobsWaiting: 10 });
    for (const status of ['PENDING', 'RETRYING', 'COMPLETED'] as const)
      await insertJob(service, { tenantId: uuid, status });
    const keys = [
      await issueKey(service, ['READ'], { tenantId: uuid }),
      await issueKey(service, ['READ'], { tenantId: uuid }),
      await issueKey(service, ['READ'], { tenantId: uuid, expiresAt: new Date(Date.now() - 1_000) }),
    ];
    await revokeKey(database, keys[0]?.key.id ?? '');
    const first = await database.prisma.source.findFirstOrThrow({ where: { tenantId: defaultTenantId } });
    await createUsageCounter(service.platform).runOnce(0);
    expect((await listed()).nodes).toEqual([
      {
        id,
        name: 'a customer',
        createdAt: expect.any(String),
        validKeys: 1,
        limits: { jobsRunning: 3, jobsWaiting: 10 },
        usage: { jobsWaiting: 2, bytesStored: 0, pagesThisMonth: 0 },
      },
      {
        id: encodeId('tenant', defaultTenantId),
        name: expect.any(String),
        createdAt: expect.any(String),
        validKeys: 1,
        limits: { jobsRunning: null, jobsWaiting: null },
        usage: { jobsWaiting: 1, bytesStored: Number(first.bytes), pagesThisMonth: 0 },
      },
    ]);
  });

  it('are listed in pages', async () => {
    const { id } = await createTenant('the newest');
    const { nodes, pageInfo } = await listed('(first: 1)');
    expect([nodes.map((each: { id: string }) => each.id), pageInfo.hasNextPage]).toEqual([[id], true]);
    const rest = await listed(`(first: 50, after: "${pageInfo.endCursor}")`);
    expect(rest.nodes.map((each: { id: string }) => each.id)).not.toContain(id);
    expect(rest.pageInfo.hasNextPage).toBe(false);
  });

  it('are visible to operators alone', async () => {
    const key = bearer(await issueKey(service, ['READ', 'WRITE']));
    expect(await ask(service.url, key, '{ tenants { nodes { id } } }')).toMatchObject({
      status: 403,
      code: 'FORBIDDEN',
    });
  });

  it('are printed by the command line', async () => {
    const { id } = await createTenant('printed', { jobsRunning: 2, bytesStored: 1_000 });
    const env = { DATABASE_URL: service.config.databaseUrl ?? '', DATA_DIR: service.config.dataDir };
    const { code, stdout, stderr } = await run(['tenants', 'list'], { env });
    expect(code, stderr).toBe(0);
    const [head, line] = stdout.split('\n');
    expect(head).toMatch(/^ID +KEYS +JOBS WAITING +BYTES STORED +PAGES THIS MONTH +LIMITS +NAME$/);
    expect(line).toMatch(new RegExp(`^${id} +0 +0 +0 +0 +bytesStored=1000,jobsRunning=2 +printed$`));
  });
});
