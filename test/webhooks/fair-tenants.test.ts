import { afterAll, beforeAll, expect, it } from 'vitest';
import { claimDeliveries } from '../../src/webhooks/claim.ts';
import { deliverySlots } from '../../src/webhooks/policy.ts';
import { insertTenant } from '../api/rows.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const insert = `
INSERT INTO webhook_deliveries (id, tenant_id, event, url, lane, snapshot, due_at)
SELECT gen_random_uuid(), $1::uuid, 'JOB_QUEUED', 'https://h' || n || '.example', $1 || ' h' || n, '{}', now() - $2 * interval '1 second'
  FROM generate_series(1, 100) n`;

/** Adds a tenant with a hundred due deliveries to different hosts. */
async function busyTenant(name: string, dueForSeconds: number): Promise<string> {
  const tenantId = await insertTenant(service, name);
  await service.platform.database.query(insert, [tenantId, dueForSeconds]);
  return tenantId;
}

/** Claims one by one, as a process whose deliveries hang. Returns the number of deliveries of each tenant. */
async function claimAll(busy: Map<string, number>): Promise<Map<string, number>> {
  for (;;) {
    const options = { most: 1, slots: deliverySlots.all, leaseMs: 30_000 };
    const lanes = new Map<string, number>();
    const [claim] = await claimDeliveries(service.platform.database, { lanes, tenants: busy }, options);
    if (claim === undefined) return busy;
    busy.set(claim.tenantId, (busy.get(claim.tenantId) ?? 0) + 1);
  }
}

it('deliveries of tenants whose receivers hang leave slots to others, however long they have been due', async () => {
  const first = await busyTenant('first', 600);
  const busy = await claimAll(new Map());
  expect(busy).toEqual(new Map([[first, 24]]));
  const second = await busyTenant('second', 500);
  const third = await busyTenant('third', 5);
  await claimAll(busy);
  const held = [...busy.values()].reduce((sum, n) => sum + n, 0);
  expect(held).toBeLessThan(deliverySlots.all);
  expect(busy.get(third)).toBeGreaterThanOrEqual(2);
  // In one claim, a new process takes as many of each.
  const options = { most: deliverySlots.all, slots: deliverySlots.all, leaseMs: 30_000 };
  const none = { lanes: new Map<string, number>(), tenants: new Map<string, number>() };
  const claims = await claimDeliveries(service.platform.database, none, options);
  const counts = [first, second, third].map((id) => claims.filter(({ tenantId }) => tenantId === id).length);
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  expect(claims.length).toBeLessThan(deliverySlots.all);
});
