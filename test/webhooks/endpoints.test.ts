import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeId } from '../../src/ids.ts';
import { createPruner } from '../../src/maintenance/pruner.ts';
import { accepted, refused } from '../api/submitting.ts';
import { graphql } from '../graphql.ts';
import { deferred } from '../jobs/extractors.ts';
import { type Service, startService } from '../service.ts';
import { cancelledJob, change, createEndpoint, deliveryWhen, secretOfUrls } from './hooking.ts';
import { type Received, type Receiver, startReceiver } from './receiver.ts';

let receiver: Receiver;
let service: Service;
let isUp = false;
const second = deferred<void>();
beforeAll(async () => {
  receiver = await startReceiver({
    '/down': (response) => response.writeHead(isUp ? 204 : 500).end(),
    '/gone': (response) => response.writeHead(isUp ? 204 : 410).end(),
    async '/picky'(response, n, { body }) {
      const isBad = JSON.parse(body).data.job.name === 'bad';
      if (isBad && n > 0) await second.promise;
      response.writeHead(isBad ? 422 : 204).end();
    },
  });
  service = await startService({
    config: { privateHostsAllowed: [receiver.host] },
    overrides: { deliveries: { pausesMs: [20] } },
  });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

async function endpointAt(path: string) {
  const { endpoint, secret } = await createEndpoint(service, { url: `${receiver.origin}${path}` });
  return { endpoint: endpoint.id as string, secret: secret as string };
}

async function read(endpoint: string) {
  const fields = 'failingSince pausedAt pauseReason previousSecretValidUntil';
  const query = `query ($id: ID!) { node(id: $id) { ... on WebhookEndpoint { ${fields} } } }`;
  return accepted(await graphql(service.url, query, { id: endpoint })).node;
}

const resume = (endpoint: string) =>
  change(service, 'resumeWebhookEndpoint', endpoint, 'endpoint { id pausedAt pauseReason failingSince }');

const pausedNow = { pausedAt: expect.any(String), failingSince: expect.any(String) };

/** Verifies a request like a receiver with this secret. */
function verify(secret: string, request: Received | undefined): unknown {
  return new Webhook(secret).verify(request?.body ?? '', request?.headers ?? {});
}

describe('a failing endpoint', () => {
  it('is paused after all attempts of a delivery failed and none succeeded, and loses no delivery until it is resumed', async () => {
    const { endpoint } = await endpointAt('/down');
    const first = await cancelledJob(service, { endpoint });
    await expect.poll(() => read(endpoint)).toMatchObject(pausedNow);
    const { pauseReason } = await read(endpoint);
    expect(pauseReason).toMatch(/^Every attempt of a delivery failed\. .* answered 500\.$/);
    const meanwhile = await cancelledJob(service, { endpoint });
    // Deliveries to another endpoint show that time has passed.
    const other = await cancelledJob(service, { url: `${receiver.origin}/other` });
    await deliveryWhen(service, { job: other }, { status: 'DELIVERED' });
    await deliveryWhen(service, { job: first }, { status: 'PENDING', attempts: [{ number: 1 }, { number: 2 }] });
    await deliveryWhen(service, { job: meanwhile }, { status: 'PENDING', attempts: [] });
    isUp = true;
    const { resumeWebhookEndpoint } = accepted(await resume(endpoint));
    const well = { id: endpoint, pausedAt: null, pauseReason: null, failingSince: null };
    expect(resumeWebhookEndpoint.endpoint).toEqual(well);
    await deliveryWhen(service, { job: first }, { status: 'DELIVERED' });
    await deliveryWhen(service, { job: meanwhile }, { status: 'DELIVERED', attempts: [{ number: 1 }] });
    isUp = false;
  });

  it('is paused at once by 410 Gone, and that delivery is not retried automatically', async () => {
    const { endpoint } = await endpointAt('/gone');
    const job = await cancelledJob(service, { endpoint });
    const { id } = await deliveryWhen(service, { job }, { status: 'DEAD', attempts: [{ statusCode: 410 }] });
    expect(await read(endpoint)).toMatchObject({ ...pausedNow, pauseReason: 'It answered 410 Gone.' });
    isUp = true;
    // The redelivery waits until the endpoint is resumed.
    accepted(await change(service, 'redeliverWebhook', id, 'delivery { id }'));
    accepted(await resume(endpoint));
    await deliveryWhen(service, { job }, { status: 'DELIVERED', attempts: [{ number: 1 }, { number: 2 }] });
    isUp = false;
  });

  it('is not paused for refusing one event', async () => {
    const { endpoint } = await endpointAt('/picky');
    const bad = await cancelledJob(service, { endpoint }, { name: 'bad' });
    await expect.poll(() => receiver.at('/picky').length).toBe(2);
    const good = await cancelledJob(service, { endpoint }, { name: 'good' });
    await deliveryWhen(service, { job: good }, { status: 'DELIVERED' });
    second.resolve();
    await deliveryWhen(service, { job: bad }, { status: 'DEAD' });
    expect(await read(endpoint)).toMatchObject({ pausedAt: null, failingSince: expect.any(String) });
  });

  it('may be resumed again, unless it is unknown', async () => {
    const { endpoint } = await endpointAt('/well');
    accepted(await resume(endpoint));
    expect(refused(await resume('endpoint_01h455vb4pex5vsknk084sn02q')).extensions.code).toBe('NOT_FOUND');
  });
});

describe('a secret', () => {
  const rotate = async (id: string) =>
    accepted(await change(service, 'rotateWebhookSecret', id, 'secret previousSecretValidUntil endpoint { id }'))
      .rotateWebhookSecret;

  it('is unique to each endpoint; after a rotation, both secrets sign for a day', async () => {
    const { endpoint, secret: old } = await endpointAt('/rotated');
    const other = await endpointAt('/rotated');
    const { secret, previousSecretValidUntil, ...rest } = await rotate(endpoint);
    expect(rest).toEqual({ endpoint: { id: endpoint } });
    expect(Date.parse(previousSecretValidUntil) - Date.now()).toBeGreaterThan(23 * 3_600_000);
    expect(await read(endpoint)).toMatchObject({ previousSecretValidUntil });
    const job = await cancelledJob(service, { endpoint });
    const { payload } = await deliveryWhen(service, { job }, { status: 'DELIVERED' });
    const [request] = receiver.at('/rotated');
    expect(request?.headers['webhook-signature']).toMatch(/^v1,\S{44} v1,\S{44}$/);
    expect(verify(old, request)).toEqual(payload);
    expect(verify(secret, request)).toEqual(payload);
    const strangers = [other.secret, (await secretOfUrls(service)).webhookSecret];
    for (const stranger of strangers) expect(() => verify(stranger, request)).toThrow('No matching signature');
  });

  it('signs alone after that day', async () => {
    const { endpoint, secret: old } = await endpointAt('/after-a-day');
    const { secret } = await rotate(endpoint);
    const earlier = `UPDATE webhook_endpoints SET secret_rotated_at = now() - interval '24 hours' WHERE id = $1`;
    await service.platform.database.query(earlier, [decodeId('endpoint', endpoint)]);
    const job = await cancelledJob(service, { endpoint });
    await deliveryWhen(service, { job }, { status: 'DELIVERED' });
    const [request] = receiver.at('/after-a-day');
    expect(verify(secret, request)).toBeTruthy();
    expect(() => verify(old, request)).toThrow('No matching signature');
  });

  it('of URLs is rotated the same way', async () => {
    const before = await secretOfUrls(service);
    const { secret, endpoint } = await rotate(before.id);
    expect(endpoint).toBeNull();
    expect(await secretOfUrls(service)).toEqual({ id: before.id, webhookSecret: secret });
    const job = await cancelledJob(service, { url: `${receiver.origin}/inline` });
    await deliveryWhen(service, { job }, { status: 'DELIVERED' });
    const [request] = receiver.at('/inline');
    for (const each of [secret, before.webhookSecret]) expect(verify(each, request)).toBeTruthy();
  });
});

describe('the pruner', () => {
  it('deletes deliveries 30 days after their end, and those that waited as long for a paused endpoint', async () => {
    const { database } = service.platform;
    const { endpoint } = await endpointAt('/down');
    const done = await cancelledJob(service, { url: `${receiver.origin}/kept` });
    await deliveryWhen(service, { job: done }, { status: 'DELIVERED' });
    const waiting = await cancelledJob(service, { endpoint });
    await expect.poll(() => read(endpoint)).toMatchObject(pausedNow);
    const count = async () =>
      Promise.all(
        [done, waiting].map((job) =>
          database.prisma.webhookDelivery.count({ where: { jobId: decodeId('job', job) ?? '' } }),
        ),
      );
    await createPruner(service.platform).runOnce();
    expect(await count()).toEqual([1, 1]);
    for (const column of ['created_at', 'finished_at'])
      await database.query(`UPDATE webhook_deliveries SET ${column} = ${column} - interval '31 days'`, []);
    await database.query(`UPDATE webhook_endpoints SET paused_at = paused_at - interval '31 days'`, []);
    await createPruner(service.platform).runOnce();
    expect(await count()).toEqual([0, 0]);
  });
});
