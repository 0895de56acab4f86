import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultTenantId } from '../../src/api/context.ts';
import { encodeId } from '../../src/ids.ts';
import { createTenantEraser } from '../../src/maintenance/tenant-eraser.ts';
import { insertJob, insertPages, insertTenant } from '../api/rows.ts';
import { inline, storedKeys, submit } from '../api/submitting.ts';
import { ask, bearer, issueFirstKey, issueKey } from '../keys/asking.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
let operator: string;
beforeAll(async () => {
  service = await startService({ maintenance: false, config: { privateHostsAllowed: ['127.0.0.1'] } });
  operator = bearer(await issueFirstKey(service, ['READ', 'WRITE', 'OPERATOR']));
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const fields = 'tenantId finishedAt jobs pages documents batches webhookEndpoints webhookDeliveries apiKeys';

async function erase(id: string, name: string, key = operator) {
  const query = `mutation ($id: ID!, $name: String!) { eraseTenant(id: $id, name: $name) { erasure { id ${fields} } } }`;
  return await ask(service.url, key, query, { variables: { id, name } });
}

async function receipts() {
  const { data } = await ask(service.url, operator, `{ tenantErasures(first: 10) { nodes { ${fields} } } }`);
  return data.tenantErasures.nodes;
}

/** Lets maintenance go on until the newest erasure has finished. */
async function finish(): Promise<void> {
  const eraser = createTenantEraser({ ...service.platform, defaultTenantId });
  async function finishedAt() {
    await eraser.runOnce();
    return (await receipts())[0].finishedAt;
  }
  await expect.poll(finishedAt).not.toBeNull();
}

/** The number of rows of a tenant in each table that has any. */
async function rowsOf(tenantId: string): Promise<Record<string, number>> {
  const { database } = service.platform;
  const tables = await database.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.columns
      WHERE table_schema = 'public' AND column_name = 'tenant_id' AND table_name <> 'audit_log' ORDER BY 1`,
    [],
  );
  const counts: Record<string, number> = {};
  for (const { name } of tables) {
    const statement = `SELECT count(*)::int AS n FROM ${name} WHERE tenant_id = $1`;
    const [row] = await database.query<{ n: number }>(statement, [tenantId]);
    if (row !== undefined && row.n > 0) counts[name] = row.n;
  }
  return counts;
}

async function settle(id: string, key: string): Promise<void> {
  const query = 'query ($id: ID!) { job(id: $id) { status } }';
  await expect
    .poll(async () => (await ask(service.url, key, query, { variables: { id } })).data.job.status)
    .toBe('COMPLETED');
}

describe('eraseTenant', () => {
  it('deletes everything of the tenant and nothing of others, and leaves a receipt', async () => {
    const other = await submit(service, { source: await inline('one-page') }, { authorization: operator });
    await settle(other.id, operator);
    const kept = await storedKeys(service);
    const tenantId = await insertTenant(service, 'gone');
    const headers = { authorization: bearer(await issueKey(service, ['READ', 'WRITE'], { tenantId })) };
    const webhook = { url: 'http://127.0.0.1:9/', events: ['JOB_QUEUED'] };
    const options = { thumbnails: true };
    const input = { source: await inline('one-page'), options, webhook, idempotencyKey: 'a key' };
    const job = await submit(service, input, headers);
    await settle(job.id, headers.authorization);
    await submit(service, { source: await inline('one-page'), runAt: new Date(Date.now() + 3_600_000) }, headers);
    const batch = `mutation ($input: CreateBatchInput!) { createBatch(input: $input) { batch { id } } }`;
    const items = [{ source: { base64: 'bm8gUERG' } }, { source: { base64: 'bm8gUERG' } }];
    expect(
      (await ask(service.url, headers.authorization, batch, { variables: { input: { items } } })).code,
    ).toBeUndefined();
    const endpoint = `mutation { createWebhookEndpoint(input: { url: "http://127.0.0.1:9/" }) { endpoint { id } } }`;
    await ask(service.url, headers.authorization, endpoint);
    await ask(service.url, headers.authorization, 'mutation { createUpload(input: {}) { upload { id } } }');

    const id = encodeId('tenant', tenantId);
    const answer = await erase(id, 'gone');
    expect(answer.data.eraseTenant.erasure).toMatchObject({ tenantId: id, finishedAt: null });
    await expect
      .poll(async () => (await ask(service.url, headers.authorization, '{ viewer { id } }')).status)
      .toBe(401);
    // Repeating it changes nothing.
    expect((await erase(id, 'gone')).data.eraseTenant.erasure.id).toBe(answer.data.eraseTenant.erasure.id);
    await finish();

    expect(await rowsOf(tenantId)).toEqual({});
    expect(await service.platform.database.prisma.tenant.count({ where: { id: tenantId } })).toBe(0);
    expect(await storedKeys(service)).toEqual(kept);
    expect(await receipts()).toEqual([
      {
        tenantId: id,
        finishedAt: expect.any(String),
        jobs: 4,
        pages: 1,
        documents: 4,
        batches: 1,
        webhookEndpoints: 1,
        webhookDeliveries: 1,
        apiKeys: 1,
      },
    ]);
    expect((await erase(id, 'gone')).code).toBe('NOT_FOUND');
  });

  it('finishes with many jobs, part by part', async () => {
    const tenantId = await insertTenant(service, 'large');
    for (let count = 0; count < 60; count++) {
      const row = await insertJob(service, { tenantId, status: count % 2 === 0 ? 'COMPLETED' : 'PENDING' });
      await insertPages(service, row, ['one', 'two'], tenantId);
    }
    await erase(encodeId('tenant', tenantId), 'large');
    await finish();
    expect((await receipts())[0]).toMatchObject({ jobs: 60, pages: 120, documents: 0 });
    expect(await rowsOf(tenantId)).toEqual({});
  });

  it('is refused without the right name, for the own and the default tenant, and without the scope', async () => {
    const tenantId = await insertTenant(service, 'mine');
    const id = encodeId('tenant', tenantId);
    expect((await erase(id, 'Mine')).code).toBe('BAD_USER_INPUT');
    const { data } = await ask(service.url, operator, '{ viewer { id name } }');
    expect((await erase(data.viewer.id, data.viewer.name)).code).toBe('TENANT_PROTECTED');
    const own = bearer(await issueKey(service, ['OPERATOR'], { tenantId }));
    expect((await erase(id, 'mine', own)).code).toBe('TENANT_PROTECTED');
    expect((await erase(data.viewer.id, data.viewer.name, own)).code).toBe('TENANT_PROTECTED');
    const reader = bearer(await issueKey(service, ['READ', 'WRITE'], { tenantId }));
    expect((await erase(id, 'mine', reader)).code).toBe('FORBIDDEN');
    expect(await service.platform.database.prisma.tenant.count({ where: { id: tenantId } })).toBe(1);
  });

  it('leaves a revoked key if no other tenant has one, so that keys stay required', async () => {
    const { database } = service.platform;
    const tenantId = await insertTenant(service, 'last');
    const { key } = await issueKey(service, ['OPERATOR'], { tenantId });
    await erase(encodeId('tenant', tenantId), 'last');
    await database.query('DELETE FROM api_keys WHERE tenant_id <> $1', [tenantId]);
    const eraser = createTenantEraser({ ...service.platform, defaultTenantId });
    await expect
      .poll(async () => {
        await eraser.runOnce();
        return await database.prisma.tenant.count({ where: { id: tenantId } });
      })
      .toBe(0);
    const keys = await database.prisma.apiKey.findMany();
    expect(keys).toMatchObject([{ id: key.id, tenantId: defaultTenantId, name: null, revokedAt: expect.any(Date) }]);
  });
});
