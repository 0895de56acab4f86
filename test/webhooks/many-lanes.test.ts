import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { decodeId } from '../../src/ids.ts';
import { giveUpOrphans } from '../../src/webhooks/change-endpoint.ts';
import { claimDeliveries, readDue } from '../../src/webhooks/claim.ts';
import { insertTenant } from '../api/rows.ts';
import { readsBy } from '../jobs/plan-reads.ts';
import { type Service, startService } from '../service.ts';
import { change, createEndpoint } from './hooking.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
});
afterEach(async () => {
  await service.platform.database.query('TRUNCATE webhook_deliveries CASCADE', []);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const insert = `
INSERT INTO webhook_deliveries (id, tenant_id, event, url, endpoint_id, lane, snapshot, due_at)
SELECT gen_random_uuid(), $1::uuid, 'JOB_QUEUED', CASE WHEN $2::uuid IS NULL THEN 'https://' || n || '.example.com' END, $2::uuid,
       coalesce($2::uuid::text, $1::uuid || ' ' || n || '.example.com'), '{}', now() - $4 * interval '1 second'
  FROM generate_series(1, $3::int) n`;

interface Waiting {
  tenantId: string;
  count: number;
  dueForSeconds: number;
  /** All to this endpoint; without it, each to another host. */
  endpointId?: string;
}

async function insertDeliveries({ tenantId, count, dueForSeconds, endpointId }: Waiting): Promise<void> {
  const { database } = service.platform;
  await database.query(insert, [tenantId, endpointId ?? null, count, dueForSeconds]);
  await database.query('ANALYZE webhook_deliveries', []);
}

/** Claims like a process in which nothing is in progress; returns the tenants of the deliveries. */
async function claimed(most: number): Promise<string[]> {
  const none = { lanes: new Map(), tenants: new Map() };
  return (await claimDeliveries(service.platform.database, none, { most, slots: 10_000, leaseMs: 30_000 })).map(
    ({ tenantId }) => tenantId,
  );
}

async function pausedEndpoint(): Promise<{ endpointId: string; tenantId: string }> {
  const { endpoint } = await createEndpoint(service, { url: 'https://example.com/paused' });
  await change(service, 'pauseWebhookEndpoint', endpoint.id, 'endpoint { id }');
  const endpointId = decodeId('endpoint', endpoint.id) ?? '';
  const { prisma } = service.platform.database;
  const { tenantId } = await prisma.webhookEndpoint.findUniqueOrThrow({ where: { id: endpointId } });
  return { endpointId, tenantId };
}

describe('a tenant whose webhooks go to 20,000 hosts', () => {
  it.each([
    ['due', 60],
    ['not yet due', -600],
  ])('does not slow the claims of other tenants while they are %s', async (_, dueForSeconds) => {
    const [crowd, single] = [await insertTenant(service, 'crowd'), await insertTenant(service, 'single')];
    await insertDeliveries({ tenantId: crowd, count: 20_000, dueForSeconds });
    await insertDeliveries({ tenantId: single, count: 1, dueForSeconds: 120 });
    const { database } = service.platform;
    const none = { lanes: new Map(), tenants: new Map() };
    const uses = [
      () => readsBy(database, (recorded) => readDue(recorded)),
      () => readsBy(database, (recorded) => giveUpOrphans(recorded)),
      () => readsBy(database, (recorded) => claimDeliveries(recorded, none, { most: 1, slots: 1, leaseMs: 30_000 })),
    ];
    for (const use of uses) {
      const reads = await use();
      expect(reads.rows).toBeLessThan(4_000);
      expect(reads.whole.filter((table) => table === 'webhook_deliveries')).toEqual([]);
    }
  });

  it('is served after a delivery that has been due longer', async () => {
    const [crowd, single] = [await insertTenant(service, 'crowd'), await insertTenant(service, 'single')];
    await insertDeliveries({ tenantId: crowd, count: 20_000, dueForSeconds: 60 });
    await insertDeliveries({ tenantId: single, count: 1, dueForSeconds: 120 });
    expect(await claimed(1)).toEqual([single]);
    expect(await claimed(8)).toEqual(Array.from({ length: 8 }, () => crowd));
  });
});

describe('a tenant with a thousand older deliveries to a paused endpoint', () => {
  it('gets deliveries to all its other hosts in one claim', async () => {
    const { tenantId, endpointId } = await pausedEndpoint();
    await insertDeliveries({ tenantId, endpointId, count: 1_000, dueForSeconds: 600 });
    await insertDeliveries({ tenantId, count: 100, dueForSeconds: 5 });
    expect(await readDue(service.platform.database)).toMatchObject({ lanes: 100 });
    expect(await claimed(200)).toHaveLength(100);
  });

  it('gets deliveries to all its other hosts in several claims, even to a thousand hosts', async () => {
    const { tenantId, endpointId } = await pausedEndpoint();
    await insertDeliveries({ tenantId, endpointId, count: 1_000, dueForSeconds: 600 });
    await insertDeliveries({ tenantId, count: 1_000, dueForSeconds: 5 });
    let count = 0;
    // Each claim examines at least 128 lanes: the chance to miss one in all of these claims is below 10⁻¹⁰.
    for (let claims = 0; claims < 250 && count < 1_000; claims += 1) count += (await claimed(500)).length;
    expect(count).toBe(1_000);
  });
});
