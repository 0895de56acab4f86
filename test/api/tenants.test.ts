import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeId, encodeId, newUuid } from '../../src/ids.ts';
import { progressOf } from '../../src/job-row/job.ts';
import { graphql, openSubscription, subscribe } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { insertJob, insertPages, insertTenant, type Row } from './rows.ts';
import { accepted, cancel, inline, readJob, refused, remove, submit, tryCreateJob } from './submitting.ts';

let service: Service;
/** Another tenant's rows: a completed job with pages, a pending job, an upload, an endpoint and a delivery. */
let theirs: Row;
let theirWaiting: Row;
let theirUpload: string;
let theirEndpoint: string;
let theirDelivery: string;
let mine: string;

beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
  const tenantId = await insertTenant(service, 'another');
  theirs = await insertJob(service, { tenantId, status: 'COMPLETED', name: 'their honey' });
  await insertPages(service, theirs, ['Their honey is a secret.'], tenantId);
  theirWaiting = await insertJob(service, { tenantId, name: 'their waiting honey' });
  theirUpload = encodeId('upload', theirs.sourceUuid);
  const { prisma } = service.platform.database;
  const endpoint = { id: newUuid(), tenantId, url: 'https://example.com', events: [] };
  theirEndpoint = encodeId('endpoint', (await prisma.webhookEndpoint.create({ data: endpoint })).id);
  const delivery = {
    id: newUuid(),
    tenantId,
    event: 'JOB_FAILED',
    endpointId: endpoint.id,
    lane: '',
    snapshot: {},
  } as const;
  theirDelivery = encodeId('delivery', (await prisma.webhookDelivery.create({ data: delivery })).id);
  mine = (await submit(service, { source: await inline('one-page'), name: 'my honey' })).id;
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

async function nodeOf(id: string) {
  return accepted(await graphql(service.url, `query ($id: ID!) { node(id: $id) { id __typename } }`, { id })).node;
}

function theirRow() {
  return service.platform.database.prisma.job.findUniqueOrThrow({ where: { id: theirWaiting.uuid } });
}

describe("another tenant's rows", () => {
  it('are not returned by job', async () => {
    expect(await readJob(service, theirs.id, 'id')).toBeNull();
    expect(await readJob(service, mine, 'id')).toEqual({ id: mine });
  });

  it('are not returned by node', async () => {
    expect(await nodeOf(theirs.id)).toBeNull();
    expect(await nodeOf(theirUpload)).toBeNull();
    expect(await nodeOf(mine)).toEqual({ id: mine, __typename: 'Job' });
  });

  it('are neither listed nor counted by jobs', async () => {
    const { jobs } = accepted(
      await graphql(
        service.url,
        `{ jobs(filter: { name: "honey" }) { totalCount nodes { id } edges { node { id } } } }`,
      ),
    );
    expect(jobs).toEqual({ totalCount: 1, nodes: [{ id: mine }], edges: [{ node: { id: mine } }] });
  });

  it('are not found by searchPages', async () => {
    const { searchPages } = accepted(
      await graphql(service.url, `{ searchPages(query: "honey secret") { nodes { snippet } } }`),
    );
    expect(searchPages.nodes).toEqual([]);
  });

  it('cannot be watched by jobProgress', async () => {
    const query = `subscription ($id: ID!) { jobProgress(id: $id) { status } }`;
    for (const { id } of [theirs, theirWaiting]) {
      const codes = [];
      for await (const event of subscribe(service.url, query, { id })) codes.push(refused(event).extensions.code);
      expect(codes).toEqual(['NOT_FOUND']);
    }
  });

  it('are not in jobUpdates', async () => {
    const updates = await openSubscription(service.url, `subscription { jobUpdates { jobId } }`);
    service.platform.jobs.jobChanged(progressOf(await theirRow()));
    accepted(await cancel(service, mine));
    const first = await updates.next();
    expect(first.value.data.jobUpdates).toEqual({ jobId: mine });
    await updates.return(undefined);
  });

  it('cannot be cancelled', async () => {
    expect(refused(await cancel(service, theirWaiting.id)).extensions.code).toBe('NOT_FOUND');
    expect((await theirRow()).status).toBe('PENDING');
  });

  it('cannot be deleted', async () => {
    expect(refused(await remove(service, theirs.id)).extensions.code).toBe('NOT_FOUND');
    // Nor does the error reveal whether their job has ended.
    expect(refused(await remove(service, theirWaiting.id)).extensions.code).toBe('NOT_FOUND');
    expect(await service.platform.database.prisma.page.count()).toBe(1);
  });

  it('cannot be retried', async () => {
    const query = 'mutation ($id: ID!) { retryJob(id: $id) { job { id } } }';
    for (const { id } of [theirs, theirWaiting]) {
      expect(refused(await graphql(service.url, query, { id })).extensions.code).toBe('NOT_FOUND');
    }
    expect((await theirRow()).revision).toBe(1);
  });

  it('are not accepted as the upload of createJob', async () => {
    expect(refused(await tryCreateJob(service, { source: { upload: theirUpload } })).extensions.code).toBe('NOT_FOUND');
  });

  it('are not listed as webhook endpoints or deliveries', async () => {
    const query = '{ webhookEndpoints { id } webhookDeliveries { nodes { id } edges { node { id } } } }';
    const { webhookEndpoints, webhookDeliveries } = accepted(await graphql(service.url, query));
    expect([webhookEndpoints, webhookDeliveries]).toEqual([[], { nodes: [], edges: [] }]);
    for (const filter of [{ endpoint: theirEndpoint }, { job: theirs.id }]) {
      const filtered = `query ($filter: WebhookDeliveryFilter) { webhookDeliveries(filter: $filter) { nodes { id } } }`;
      expect(accepted(await graphql(service.url, filtered, { filter })).webhookDeliveries.nodes).toEqual([]);
    }
    expect(await nodeOf(theirEndpoint)).toBeNull();
    expect(await nodeOf(theirDelivery)).toBeNull();
  });

  it.each([
    ['rotateWebhookSecret', 'secret', () => theirEndpoint],
    ['resumeWebhookEndpoint', 'endpoint { id }', () => theirEndpoint],
    ['pauseWebhookEndpoint', 'endpoint { id }', () => theirEndpoint],
    ['deleteWebhookEndpoint', 'deletedId', () => theirEndpoint],
    ['redeliverWebhook', 'delivery { id }', () => theirDelivery],
  ])('are not found by %s', async (name, fields, id) => {
    const query = `mutation ($id: ID!) { ${name}(id: $id) { ${fields} } }`;
    expect(refused(await graphql(service.url, query, { id: id() })).extensions.code).toBe('NOT_FOUND');
  });

  it('are not found by updateWebhookEndpoint', async () => {
    const query = `mutation ($id: ID!) { updateWebhookEndpoint(id: $id, input: { name: "mine" }) { endpoint { id } } }`;
    expect(refused(await graphql(service.url, query, { id: theirEndpoint })).extensions.code).toBe('NOT_FOUND');
    const where = { id: decodeId('endpoint', theirEndpoint) ?? '' };
    const { name, pausedAt } = await service.platform.database.prisma.webhookEndpoint.findUniqueOrThrow({ where });
    expect([name, pausedAt]).toEqual([null, null]);
  });

  it('are not accepted as the webhook endpoint of a job', async () => {
    const webhook = { endpoint: theirEndpoint };
    const { code, issues } = refused(
      await tryCreateJob(service, { source: await inline('one-page'), webhook }),
    ).extensions;
    expect([code, issues?.[0]?.code]).toEqual(['BAD_USER_INPUT', 'NOT_FOUND']);
  });
});
