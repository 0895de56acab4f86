import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeId, newUuid } from '../../src/ids.ts';
import { claimDeliveries, readDue } from '../../src/webhooks/claim.ts';
import { redeliverWebhook } from '../../src/webhooks/deliveries.ts';
import { deliveryPolicy } from '../../src/webhooks/policy.ts';
import { recordAttempt } from '../../src/webhooks/record.ts';
import { insertTenant } from '../api/rows.ts';
import { accepted, cancel, submit } from '../api/submitting.ts';
import { type Service, startService } from '../service.ts';
import { cancelledJob, createEndpoint, deliveries } from './hooking.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const none = { lanes: new Map(), tenants: new Map() };

async function foreignEndpoint(): Promise<string> {
  const tenantId = await insertTenant(service, 'other');
  const id = newUuid();
  const { prisma } = service.platform.database;
  await prisma.webhookEndpoint.create({ data: { id, tenantId, url: 'https://other.example.com', events: [] } });
  return id;
}

describe('a delivery whose row names an endpoint of another tenant', () => {
  it('is not sent, and its outcome does not pause that endpoint', async () => {
    const { database } = service.platform;
    const { endpoint } = await createEndpoint(service, { url: 'https://example.com' });
    const job = await cancelledJob(service, { endpoint: endpoint.id });
    const [{ id } = { id: '' }] = await deliveries(service, { job });
    const [claim] = await claimDeliveries(database, none, { most: 1, slots: 100, leaseMs: 30_000 });
    if (claim === undefined) throw new Error('nothing is due');
    const endpointId = await foreignEndpoint();
    await database.prisma.webhookDelivery.update({ where: { id: claim.id }, data: { endpointId } });
    const gone = { milliseconds: 5, statusCode: 410, error: 'example.com answered 410 Gone.' };
    await recordAttempt(database, deliveryPolicy, claim, { ...gone, answer: '', retryAfterMs: null });
    expect(await database.prisma.webhookEndpoint.findUnique({ where: { id: endpointId } })).toMatchObject({
      pausedAt: null,
      failingSince: null,
    });
    const again = redeliverWebhook(database, claim.tenantId, decodeId('delivery', id) ?? '');
    await expect(again).rejects.toMatchObject({ message: expect.stringContaining('There is no such delivery') });
    const data = { status: 'PENDING', finishedAt: null, dueAt: new Date(0) } as const;
    await database.prisma.webhookDelivery.update({ where: { id: claim.id }, data });
    expect(await readDue(database)).toMatchObject({ lanes: 0 });
    expect(await claimDeliveries(database, none, { most: 1, slots: 100, leaseMs: 30_000 })).toEqual([]);
  });
});

it('a webhook whose row names an endpoint of another tenant records no delivery', async () => {
  const { prisma } = service.platform.database;
  const { endpoint } = await createEndpoint(service, { url: 'https://example.com' });
  const source = { base64: Buffer.from('never read').toString('base64') };
  const { id } = await submit(service, { source, runAt: '2999-01-01T00:00:00Z', webhook: { endpoint: endpoint.id } });
  const jobs = { some: { id: decodeId('job', id) ?? '' } };
  await prisma.webhook.updateMany({ where: { jobs }, data: { endpointId: await foreignEndpoint() } });
  accepted(await cancel(service, id));
  expect(await deliveries(service, { job: id })).toEqual([]);
});
