import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeId, newUuid } from '../../src/ids.ts';
import { claimJobs } from '../../src/jobs/claim.ts';
import { failJob } from '../../src/jobs/lifecycle.ts';
import { type ClaimedDelivery, claimDeliveries } from '../../src/webhooks/claim.ts';
import { deliveryPolicy } from '../../src/webhooks/policy.ts';
import { recordAttempt } from '../../src/webhooks/record.ts';
import { accepted, cancel, inline, refused, remove, submit, tryCreateJob } from '../api/submitting.ts';
import { finalBatch, submitBatch, submittedBatch } from '../batches/batching.ts';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { change, createEndpoint, deliveries } from './hooking.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const url = 'https://example.com/hook';
const broken = { source: { base64: Buffer.from('no PDF').toString('base64') } };

/** Claims all pending jobs and fails them permanently. */
async function failAll(): Promise<void> {
  const { jobs } = service.platform;
  for (const claim of await claimJobs(jobs, newUuid(), 100)) {
    const failure = { message: 'It is not a PDF.', page: null, stage: 'OPEN', engine: null } as const;
    await failJob(jobs, claim, { code: 'NOT_A_PDF', ...failure });
  }
}

async function eventsOf(filter: object): Promise<string[]> {
  return (await deliveries(service, filter)).map(({ event }) => event);
}

describe('a job with a webhook', () => {
  it('records a delivery for its end, with its state after that transition', async () => {
    const { id } = await submit(service, { ...broken, name: 'Käse', metadata: { n: [1] }, webhook: { url } });
    expect(await deliveries(service, { job: id })).toEqual([]);
    await failAll();
    const [delivery, ...more] = await deliveries(service, { job: id });
    expect(more).toEqual([]);
    expect(delivery).toMatchObject({ event: 'JOB_FAILED', status: 'PENDING', url, endpoint: null, attempts: [] });
    const { data } = await graphql(
      service.url,
      `query ($id: ID!) { job(id: $id) {
        id revision status stage progressPercentage pagesDone pagesTotal retryCount name metadata batchIndex createdAt startedAt finishedAt
        failure { code category message advice page }
      } }`,
      { id },
    );
    const { timestamp, ...payload } = delivery?.payload ?? {};
    expect(payload).toEqual({ type: 'JOB_FAILED', data: { job: { ...data.job, batch: null } } });
    expect(timestamp).toBe(data.job.finishedAt);
  });

  it('records a delivery for each requested event, in every run', async () => {
    const webhook = { url, events: ['JOB_QUEUED', 'JOB_STARTED', 'JOB_FAILED', 'JOB_CANCELLED'] };
    const { id } = await submit(service, { ...broken, webhook });
    await failAll();
    accepted(await change(service, 'retryJob', id, 'job { id }'));
    accepted(await cancel(service, id));
    const events = ['JOB_QUEUED', 'JOB_STARTED', 'JOB_FAILED', 'JOB_QUEUED', 'JOB_CANCELLED'];
    expect(await eventsOf({ job: id })).toEqual(events);
    const told = await deliveries(service, { job: id });
    expect(told.map(({ payload }) => payload.data.job.revision)).toEqual([1, 2, 3, 4, 5]);
  });

  it('records progress in steps of ten percent', async () => {
    const webhook = { url, events: ['JOB_PROGRESS'] };
    const { id } = await submit(service, { ...broken, webhook });
    await claimJobs(service.platform.jobs, newUuid(), 100);
    const { database } = service.platform;
    for (const percent of [5, 9, 10, 19, 45, 45, 50]) {
      await database.query(`UPDATE jobs SET percent = $1 WHERE status = 'RUNNING'`, [percent]);
    }
    const told = await deliveries(service, { job: id });
    expect(told.map(({ payload }) => payload.data.job.progressPercentage)).toEqual([10, 45, 50]);
    accepted(await cancel(service, id));
  });

  it('keeps its deliveries when it is deleted, but no other rows', async () => {
    const { id } = await submit(service, { ...broken, webhook: { url } });
    const { prisma } = service.platform.database;
    const before = await prisma.webhook.count();
    accepted(await cancel(service, id));
    accepted(await remove(service, id));
    expect(await eventsOf({ job: id })).toEqual(['JOB_CANCELLED']);
    expect(await prisma.webhook.count()).toBe(before - 1);
  });
});

describe('a batch with a webhook', () => {
  it('records a delivery only for its end, and another when it ends again', async () => {
    const batch = await submittedBatch(service, { name: 'b', items: [broken, broken], webhook: { url } });
    await failAll();
    const final = await finalBatch(service, batch.id);
    accepted(await change(service, 'retryBatch', batch.id, 'batch { id }'));
    await failAll();
    await expect.poll(() => eventsOf({ batch: batch.id })).toEqual(['BATCH_FAILED', 'BATCH_FAILED']);
    const [first, second] = await deliveries(service, { batch: batch.id });
    const { finishedAt, ...facts } = final;
    const told = { id: batch.id, name: 'b', createdAt: batch.createdAt, ...facts };
    expect(first?.payload.data.batch).toMatchObject({ ...told, revision: expect.any(Number) });
    expect(second?.payload.data.batch.revision).toBeGreaterThan(first?.payload.data.batch.revision);
    expect(second?.id).not.toBe(first?.id);
  });

  it('records job events if they are requested', async () => {
    const webhook = { url, events: ['JOB_FAILED', 'BATCH_PROGRESS', 'BATCH_CANCELLED'] };
    const batch = await submittedBatch(service, { items: [broken, broken], webhook });
    await failAll();
    await finalBatch(service, batch.id);
    expect(await eventsOf({ batch: batch.id })).toEqual(['JOB_FAILED', 'JOB_FAILED']);
    const told = await deliveries(service, { batch: batch.id });
    expect(told.map(({ payload }) => payload.data.job).map(({ batch, batchIndex }) => [batch, batchIndex])).toEqual([
      [batch.id, 0],
      [batch.id, 1],
    ]);
  });

  it('has one webhook row, however many jobs it has', async () => {
    const { prisma } = service.platform.database;
    const before = await prisma.webhook.count();
    const webhook = { url, events: ['JOB_QUEUED', 'JOB_CANCELLED', 'BATCH_CANCELLED'] };
    const batch = await submittedBatch(service, { items: Array.from({ length: 2_500 }, () => broken), webhook });
    expect(await prisma.webhook.count()).toBe(before + 1);
    accepted(await change(service, 'cancelBatch', batch.id, 'batch { id }'));
    const { database } = service.platform;
    const counted = `SELECT event::text, count(*)::int AS n FROM webhook_deliveries WHERE batch_id = $1 GROUP BY event`;
    await finalBatch(service, batch.id);
    const rows = await database.query<{ event: string; n: number }>(counted, [decodeId('batch', batch.id)]);
    expect(Object.fromEntries(rows.map(({ event, n }) => [event, n]))).toEqual({
      JOB_QUEUED: 2_500,
      JOB_CANCELLED: 2_500,
      BATCH_CANCELLED: 1,
    });
  });
});

describe('an endpoint', () => {
  it('hides the user name and password in its address', async () => {
    const { endpoint } = await createEndpoint(service, { url: 'https://user:secret@example.com/hook' });
    expect(endpoint.url).toBe(url);
    const { id } = await submit(service, { ...broken, webhook: { url: 'https://user:secret@example.com/hook' } });
    accepted(await cancel(service, id));
    expect(await deliveries(service, { job: id })).toMatchObject([{ url }]);
  });

  it('cannot have a private address', async () => {
    const mutation = `mutation ($input: CreateWebhookEndpointInput!) { createWebhookEndpoint(input: $input) { secret } }`;
    const answer = await graphql(service.url, mutation, { input: { url: 'http://169.254.169.254/' } });
    const { code, issues } = refused(answer).extensions;
    expect([code, issues]).toMatchObject(['BAD_USER_INPUT', [{ path: ['input', 'url'], code: 'ADDRESS_FORBIDDEN' }]]);
  });

  it('is referenced by jobs, and its events apply unless a job lists its own', async () => {
    const input = { url, name: 'mine', events: ['JOB_CANCELLED', 'JOB_QUEUED', 'JOB_QUEUED'] };
    const { endpoint, secret } = await createEndpoint(service, input);
    const none = { failingSince: null, pausedAt: null, pauseReason: null };
    expect(endpoint).toMatchObject({ ...input, events: ['JOB_CANCELLED', 'JOB_QUEUED'], ...none });
    expect(Buffer.from(secret.replace('whsec_', ''), 'base64')).toHaveLength(32);
    const webhook = { endpoint: endpoint.id };
    const { id } = await submit(service, { ...broken, webhook });
    const other = await submit(service, { ...broken, webhook: { ...webhook, events: ['JOB_FAILED'] } });
    await failAll();
    expect(await eventsOf({ job: id })).toEqual(['JOB_QUEUED']);
    expect(await deliveries(service, { job: other.id })).toMatchObject([
      { event: 'JOB_FAILED', url: null, endpoint: { id: endpoint.id } },
    ]);
    const query = `query ($id: ID!) { node(id: $id) { __typename id } webhookEndpoints { id } }`;
    const { node, webhookEndpoints } = accepted(await graphql(service.url, query, endpoint));
    expect(node).toEqual({ __typename: 'WebhookEndpoint', id: endpoint.id });
    expect(webhookEndpoints[0]).toEqual({ id: endpoint.id });
  });
});

describe('a redelivery during an attempt', () => {
  it('stays PENDING after any outcome of that attempt, which is recorded', async () => {
    const { database } = service.platform;
    const { id: job } = await submit(service, { ...broken, webhook: { url: 'https://slow.example.com' } });
    accepted(await cancel(service, job));
    const [{ id } = { id: '' }] = await deliveries(service, { job });
    const claim = async () => {
      const busy = { lanes: new Map(), tenants: new Map() };
      const found = (await claimDeliveries(database, busy, { most: 100, slots: 100, leaseMs: 30_000 })).find(
        (each) => each.jobId === decodeId('job', job),
      );
      if (found === undefined) throw new Error('it is not due');
      return found;
    };
    const record = (claimed: ClaimedDelivery, statusCode: number) => {
      const error = statusCode === 200 ? null : `slow.example.com answered ${statusCode}.`;
      const sent = { milliseconds: 5, statusCode, error, answer: '', retryAfterMs: null };
      return recordAttempt(database, { ...deliveryPolicy, pausesMs: [] }, claimed, sent);
    };
    const redeliver = async () => accepted(await change(service, 'redeliverWebhook', id, 'delivery { id }'));

    const first = await claim();
    await redeliver();
    expect(await record(first, 500)).toBeNull();
    const second = await claim();
    await redeliver();
    const third = await claim();
    expect(await record(second, 200)).toBeNull();
    expect(await deliveries(service, { job })).toMatchObject([
      {
        status: 'PENDING',
        attempts: [
          { number: 1, statusCode: 500 },
          { number: 2, statusCode: 200 },
        ],
      },
    ]);
    expect(await record(third, 200)).toMatchObject({ status: 'DELIVERED' });
  });
});

describe('createJob and createBatch refuse', () => {
  const unknown = 'endpoint_01h455vb4pex5vsknk084sn02q';

  it.each([
    ['no target', {}, ['webhook']],
    ['two targets', { url, endpoint: unknown }, ['webhook']],
    ['an invalid URL', { url: 'ftp://example.com' }, ['webhook', 'url']],
    ['a private address', { url: 'https://10.1.2.3/hook' }, ['webhook', 'url']],
    ['a private address in another spelling', { url: 'http://0x7f.1:8000' }, ['webhook', 'url']],
    ['a private IPv6 address', { url: 'http://[fd00::1]/' }, ['webhook', 'url']],
    ['an unknown endpoint', { endpoint: unknown }, ['webhook', 'endpoint']],
    ['an invalid endpoint id', { endpoint: 'mine' }, ['webhook', 'endpoint']],
    ['an empty list of events', { url, events: [] }, ['webhook', 'events']],
  ])('%s', async (_, webhook, path) => {
    const answers = [
      await tryCreateJob(service, { source: await inline('one-page'), webhook }),
      await submitBatch(service, { items: [broken], webhook }),
    ];
    for (const answer of answers) {
      const { code, issues } = refused(answer).extensions;
      expect([code, issues?.map((issue) => issue.path)]).toEqual(['BAD_USER_INPUT', [['input', ...path]]]);
    }
  });

  it('an unknown event', async () => {
    const { extensions, message } = refused(
      await tryCreateJob(service, { ...broken, webhook: { url, events: ['JOB'] } }),
    );
    expect([extensions.code, message]).toEqual([
      'BAD_USER_INPUT',
      expect.stringContaining('"JOB" does not exist in "WebhookEvent"'),
    ]);
  });

  it('a batch event for a job', async () => {
    const { issues } = refused(
      await tryCreateJob(service, { ...broken, webhook: { url, events: ['BATCH_FAILED'] } }),
    ).extensions;
    expect(issues).toMatchObject([{ path: ['input', 'webhook', 'events'] }]);
  });

  it('another webhook under the same idempotency key', async () => {
    const job = { ...broken, idempotencyKey: 'hooked', webhook: { url } };
    const batch = { items: [broken], idempotencyKey: 'hooked batch', webhook: { url } };
    const { id } = await submit(service, job);
    expect(await submit(service, job)).toEqual({ id, deduplicated: true });
    await submittedBatch(service, batch);
    const other = { webhook: { url: `${url}/other` } };
    expect(refused(await tryCreateJob(service, { ...job, ...other })).extensions.code).toBe('IDEMPOTENCY_CONFLICT');
    expect(refused(await submitBatch(service, { ...batch, ...other })).extensions.code).toBe('IDEMPOTENCY_CONFLICT');
  });
});
