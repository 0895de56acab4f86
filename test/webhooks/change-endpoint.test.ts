import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeId } from '../../src/ids.ts';
import { createPruner } from '../../src/maintenance/pruner.ts';
import { accepted, cancel, refused, submit, tryCreateJob } from '../api/submitting.ts';
import { type GraphqlAnswer, graphql } from '../graphql.ts';
import { deferred } from '../jobs/extractors.ts';
import { type Service, startService } from '../service.ts';
import { cancelledJob, change, createEndpoint, deliveries, deliveryWhen } from './hooking.ts';
import { type Receiver, startReceiver } from './receiver.ts';

let receiver: Receiver;
let service: Service;
const release = deferred<void>();
beforeAll(async () => {
  receiver = await startReceiver({
    async '/held'(response) {
      await release.promise;
      response.writeHead(204).end();
    },
  });
  service = await startService({ config: { privateHostsAllowed: [receiver.host] } });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

const fields = 'id name url events pausedAt pauseReason';
const unknown = 'endpoint_01h455vb4pex5vsknk084sn02q';

async function endpointAt(path: string): Promise<{ endpoint: string; secret: string }> {
  const { endpoint, secret } = await createEndpoint(service, { url: `${receiver.origin}${path}`, name: 'mine' });
  return { endpoint: endpoint.id, secret };
}

function update(id: string, input: object): Promise<GraphqlAnswer> {
  const mutation = `mutation ($id: ID!, $input: UpdateWebhookEndpointInput!) {
    updateWebhookEndpoint(id: $id, input: $input) { endpoint { ${fields} } }
  }`;
  return graphql(service.url, mutation, { id, input });
}

async function updated(id: string, input: object) {
  return accepted(await update(id, input)).updateWebhookEndpoint.endpoint;
}

async function pause(id: string) {
  return accepted(await change(service, 'pauseWebhookEndpoint', id, `endpoint { ${fields} }`)).pauseWebhookEndpoint
    .endpoint;
}

const resume = async (id: string) => accepted(await change(service, 'resumeWebhookEndpoint', id, 'endpoint { id }'));
const remove = (id: string) => change(service, 'deleteWebhookEndpoint', id, 'deletedId');

/** Waits for another delivery. Any earlier delivery would have been sent by then. */
async function timePasses(): Promise<void> {
  const job = await cancelledJob(service, { url: `${receiver.origin}/other` });
  await deliveryWhen(service, { job }, { status: 'DELIVERED' });
}

describe('updateWebhookEndpoint', () => {
  it('changes the given fields, and sends pending deliveries to the new address with the same secret', async () => {
    const { endpoint, secret } = await endpointAt('/old');
    await pause(endpoint);
    const job = await cancelledJob(service, { endpoint });
    const before = await updated(endpoint, {});
    expect(before).toMatchObject({ name: 'mine', url: `${receiver.origin}/old`, events: [] });
    const url = `${receiver.origin}/new`;
    expect(await updated(endpoint, { url })).toEqual({ ...before, url });
    expect(await updated(endpoint, { name: null, events: ['JOB_FAILED', 'JOB_FAILED'] })).toEqual({
      ...before,
      url,
      name: null,
      events: ['JOB_FAILED'],
    });
    expect(await updated(endpoint, { events: null })).toEqual({ ...before, url, name: null });
    await resume(endpoint);
    const { payload } = await deliveryWhen(service, { job }, { status: 'DELIVERED' });
    const [request] = receiver.at('/new');
    expect(new Webhook(secret).verify(request?.body ?? '', request?.headers ?? {})).toEqual(payload);
    expect(receiver.at('/old')).toEqual([]);
  });

  it.each([
    ['an invalid URL', { url: 'mine' }, 'url'],
    ['a null URL', { url: null }, 'url'],
    ['a private address', { url: 'http://192.168.0.1/' }, 'url'],
    ['a name that is too long', { name: 'x'.repeat(501) }, 'name'],
    ['an empty list of events', { events: [] }, 'events'],
  ])('refuses %s', async (_, input, field) => {
    const { endpoint } = await endpointAt('/refused');
    const { code, issues } = refused(await update(endpoint, input)).extensions;
    expect([code, issues]).toMatchObject(['BAD_USER_INPUT', [{ path: ['input', field] }]]);
  });
});

describe('pauseWebhookEndpoint', () => {
  it('holds deliveries back until resumeWebhookEndpoint', async () => {
    const { endpoint } = await endpointAt('/paused');
    const paused = await pause(endpoint);
    expect(paused).toMatchObject({ pausedAt: expect.any(String), pauseReason: 'It was paused by hand.' });
    expect(await pause(endpoint)).toEqual(paused);
    const job = await cancelledJob(service, { endpoint });
    await timePasses();
    expect(await deliveries(service, { job })).toMatchObject([{ status: 'PENDING', attempts: [] }]);
    await resume(endpoint);
    await deliveryWhen(service, { job }, { status: 'DELIVERED', attempts: [{ number: 1 }] });
    expect(receiver.at('/paused')).toHaveLength(1);
  });
});

describe('deleteWebhookEndpoint', () => {
  it('makes pending deliveries DEAD, while jobs that use it continue', async () => {
    const { endpoint } = await endpointAt('/deleted');
    await pause(endpoint);
    const waiting = await cancelledJob(service, { endpoint });
    const source = { base64: Buffer.from('never read').toString('base64') };
    const later = await submit(service, { source, runAt: '2999-01-01T00:00:00Z', webhook: { endpoint } });
    expect(accepted(await remove(endpoint)).deleteWebhookEndpoint).toEqual({ deletedId: endpoint });
    const dead = { status: 'DEAD', url: null, endpoint: null, finishedAt: expect.any(String), attempts: [] };
    const [delivery] = await deliveries(service, { job: waiting });
    expect(delivery).toMatchObject({ ...dead, payload: { type: 'JOB_CANCELLED' } });
    accepted(await cancel(service, later.id));
    expect(await deliveries(service, { job: later.id })).toEqual([]);
    const query = `query ($id: ID!) { node(id: $id) { id } webhookEndpoints { id } }`;
    const { node, webhookEndpoints } = accepted(await graphql(service.url, query, { id: endpoint }));
    expect([node, webhookEndpoints]).toEqual([null, expect.not.arrayContaining([{ id: endpoint }])]);
    const { issues } = refused(await tryCreateJob(service, { source, webhook: { endpoint } })).extensions;
    expect(issues).toMatchObject([{ path: ['input', 'webhook', 'endpoint'], code: 'NOT_FOUND' }]);
    const again = await change(service, 'redeliverWebhook', delivery?.id ?? '', 'delivery { id }');
    for (const answer of [again, await remove(endpoint)]) expect(refused(answer).extensions.code).toBe('NOT_FOUND');
  });

  it('records the end of an attempt in progress', async () => {
    const { endpoint } = await endpointAt('/held');
    const job = await cancelledJob(service, { endpoint });
    await expect.poll(() => receiver.at('/held')).toHaveLength(1);
    accepted(await remove(endpoint));
    release.resolve();
    await deliveryWhen(service, { job }, { status: 'DEAD', attempts: [{ number: 1, statusCode: 204 }] });
  });

  it('also ends deliveries recorded by transitions that started earlier', async () => {
    const { endpoint } = await endpointAt('/orphan');
    await pause(endpoint);
    const job = await cancelledJob(service, { endpoint });
    accepted(await remove(endpoint));
    const committedLater = `UPDATE webhook_deliveries SET status = 'PENDING', finished_at = NULL WHERE job_id = $1`;
    await service.platform.database.query(committedLater, [decodeId('job', job)]);
    await timePasses();
    await createPruner(service.platform).runOnce();
    expect(await deliveries(service, { job })).toMatchObject([{ status: 'DEAD', attempts: [] }]);
    expect(receiver.at('/orphan')).toEqual([]);
  });
});

describe('an unknown endpoint', () => {
  it.each([unknown, 'nonsense'])('is NOT_FOUND: %s', async (id) => {
    const answers = [
      await update(id, {}),
      await remove(id),
      await change(service, 'pauseWebhookEndpoint', id, 'endpoint { id }'),
    ];
    for (const answer of answers) expect(refused(answer).extensions.code).toBe('NOT_FOUND');
  });
});
