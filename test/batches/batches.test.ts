import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inline } from '../api/submitting.ts';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { counts, finalBatch, readBatch, submitBatch, submittedBatch } from './batching.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const broken = { source: { base64: Buffer.from('no PDF').toString('base64') } };

describe('a batch', () => {
  it('counts its jobs, and each job has its batch and index', async () => {
    const page = await inline('one-page');
    const batch = await submittedBatch(service, {
      name: 'three',
      items: [{ source: page, name: 'a', metadata: { n: 1 } }, broken, { source: page, options: { pages: '9' } }],
      options: { engine: 'PDFJS', maxRetries: 0 },
      priority: 2,
    });
    expect(batch).toMatchObject({ name: 'three', total: 3, finishedAt: null });
    const final = await finalBatch(service, batch.id);
    expect(final).toMatchObject({
      status: 'PARTIALLY_FAILED',
      progressPercentage: 100,
      completed: 1,
      failed: 2,
      pending: 0,
    });
    expect(final.revision).toBeGreaterThan(batch.revision);
    const query = `query ($id: ID!) { batch(id: $id) { jobs { totalCount nodes {
      batchIndex name metadata priority maxRetries status failure { code } options { engine pages } batch { id }
    } } } }`;
    const { data } = await graphql(service.url, query, { id: batch.id });
    const common = { priority: 2, maxRetries: 0, batch: { id: batch.id } };
    expect(data.batch.jobs).toEqual({
      totalCount: 3,
      nodes: [
        {
          ...common,
          batchIndex: 0,
          name: 'a',
          metadata: { n: 1 },
          status: 'COMPLETED',
          failure: null,
          options: { engine: 'PDFJS', pages: null },
        },
        {
          ...common,
          batchIndex: 1,
          name: null,
          metadata: null,
          status: 'FAILED',
          failure: { code: 'NOT_A_PDF' },
          options: { engine: 'PDFJS', pages: null },
        },
        {
          ...common,
          batchIndex: 2,
          name: null,
          metadata: null,
          status: 'FAILED',
          failure: { code: 'PAGES_OUT_OF_RANGE' },
          options: { engine: 'PDFJS', pages: '9' },
        },
      ],
    });
  });

  it('is COMPLETED if no job failed, FAILED if none completed', async () => {
    const page = await inline('one-page');
    const good = await submittedBatch(service, { items: [{ source: page }, { source: page }] });
    const bad = await submittedBatch(service, { items: [broken, broken] });
    expect(await finalBatch(service, good.id)).toMatchObject({ status: 'COMPLETED', completed: 2 });
    expect(await finalBatch(service, bad.id)).toMatchObject({ status: 'FAILED', failed: 2 });
  });

  it('keeps its counts when its jobs are deleted', async () => {
    const batch = await submittedBatch(service, { items: [broken, { source: await inline('one-page') }] });
    const final = await finalBatch(service, batch.id);
    const { data } = await graphql(service.url, 'query ($id: ID!) { batch(id: $id) { jobs { nodes { id } } } }', {
      id: batch.id,
    });
    for (const { id } of data.batch.jobs.nodes) {
      await graphql(service.url, 'mutation ($id: ID!) { deleteJob(id: $id) { deletedId } }', { id });
    }
    const after = await graphql(service.url, `query ($id: ID!) { batch(id: $id) { ${counts} jobs { totalCount } } }`, {
      id: batch.id,
    });
    const { total, pending, running, completed, failed, cancelled } = final;
    expect(after.data.batch).toEqual({
      total,
      pending,
      running,
      completed,
      failed,
      cancelled,
      jobs: { totalCount: 0 },
    });
  });

  it('is found by node, and lists its jobs in the order of its items', async () => {
    const page = await inline('one-page');
    const items = ['0', '1', '2', '3', '4'].map((name) => ({ source: page, name }));
    const batch = await submittedBatch(service, { items: [...items, broken] });
    await finalBatch(service, batch.id);
    const query = `query ($id: ID!, $after: String, $before: String, $first: Int, $last: Int) {
      node(id: $id) { ... on Batch { id jobs(first: $first, after: $after, last: $last, before: $before, filter: { status: [COMPLETED] }) {
        totalCount nodes { name } pageInfo { endCursor hasNextPage } } } }
      jobs(filter: { batch: $id, status: [FAILED] }) { nodes { batchIndex } }
    }`;
    const first = await graphql(service.url, query, { id: batch.id, first: 2 });
    expect(first.errors).toBeUndefined();
    expect(first.data.node.id).toBe(batch.id);
    expect(first.data.node.jobs).toMatchObject({ totalCount: 5, nodes: [{ name: '0' }, { name: '1' }] });
    expect(first.data.jobs.nodes).toEqual([{ batchIndex: 5 }]);
    const after = first.data.node.jobs.pageInfo.endCursor;
    const rest = await graphql(service.url, query, { id: batch.id, after, first: 10 });
    expect(rest.data.node.jobs.nodes.map(({ name }: { name: string }) => name)).toEqual(['2', '3', '4']);
    expect(rest.data.node.jobs.pageInfo.hasNextPage).toBe(false);
    const last = await graphql(service.url, query, { id: batch.id, last: 2 });
    expect(last.data.node.jobs.nodes).toEqual([{ name: '3' }, { name: '4' }]);
    const none = await graphql(
      service.url,
      '{ jobs(filter: { batch: "batch_01h455vb4pex5vsknk084sn02q" }) { totalCount } }',
    );
    expect(none.data.jobs.totalCount).toBe(0);
    const wrong = await graphql(service.url, '{ jobs(filter: { batch: "nonsense" }) { totalCount } }');
    expect(wrong.data.jobs.totalCount).toBe(0);
  });

  it('is listed, newest first', async () => {
    const ids = [];
    for (const name of ['older', 'newer']) ids.unshift((await submittedBatch(service, { name, items: [broken] })).id);
    const query =
      'query ($after: String) { batches(first: 1, after: $after) { nodes { id name } pageInfo { endCursor } } }';
    const first = await graphql(service.url, query);
    const second = await graphql(service.url, query, { after: first.data.batches.pageInfo.endCursor });
    expect([...first.data.batches.nodes, ...second.data.batches.nodes].map(({ id }) => id)).toEqual(ids);
  });
});

describe('cancelBatch', () => {
  const cancel = `mutation ($id: ID!) { cancelBatch(id: $id) { batch { status finishedAt ${counts} } } }`;

  it('cancels unfinished jobs, and refuses a batch that ended in another way', async () => {
    const page = await inline('many-pages');
    const batch = await submittedBatch(service, {
      items: [broken, ...Array.from({ length: 8 }, () => ({ source: page }))],
    });
    await expect.poll(async () => (await readBatch(service, batch.id)).failed).toBe(1);
    const { errors } = await graphql(service.url, cancel, { id: batch.id });
    expect(errors).toBeUndefined();
    // A job whose row is locked by a heartbeat at this moment is cancelled after the response.
    const { cancelled, completed, ...rest } = await finalBatch(service, batch.id);
    expect(rest).toMatchObject({ status: 'CANCELLED', total: 9, failed: 1, pending: 0, running: 0 });
    expect(rest.finishedAt).not.toBeNull();
    expect(cancelled + completed).toBe(8);
    expect(cancelled).toBeGreaterThan(0);
    const again = await graphql(service.url, cancel, { id: batch.id });
    expect(again.data.cancelBatch.batch.status).toBe('CANCELLED');

    const done = await submittedBatch(service, { items: [broken] });
    await finalBatch(service, done.id);
    expect((await graphql(service.url, cancel, { id: done.id })).errors?.[0]?.extensions.code).toBe('BATCH_FINAL');
  });

  it('returns NOT_FOUND for an unknown batch', async () => {
    for (const id of ['batch_01h455vb4pex5vsknk084sn02q', 'nonsense']) {
      expect((await graphql(service.url, cancel, { id })).errors?.[0]?.extensions.code).toBe('NOT_FOUND');
    }
  });
});

describe('retryBatch', () => {
  it('runs failed jobs again and reopens the batch until they end', async () => {
    const encrypted = await inline('encrypted');
    const batch = await submittedBatch(service, {
      items: [{ source: encrypted }, { source: await inline('one-page') }],
    });
    expect(await finalBatch(service, batch.id)).toMatchObject({ status: 'PARTIALLY_FAILED' });
    await service.stopWorker();
    const retry = `mutation ($id: ID!) { retryBatch(id: $id) { batch { status finishedAt progressPercentage ${counts} } } }`;
    const { data } = await graphql(service.url, retry, { id: batch.id });
    expect(data.retryBatch.batch).toMatchObject({
      status: 'RUNNING',
      finishedAt: null,
      progressPercentage: 50,
      pending: 1,
      completed: 1,
    });
    expect((await graphql(service.url, retry, { id: batch.id })).data.retryBatch.batch).toMatchObject({
      pending: 1,
      failed: 0,
    });
    await service.startWorker();
    expect(await finalBatch(service, batch.id)).toMatchObject({ status: 'PARTIALLY_FAILED', failed: 1, completed: 1 });
  });
});

describe('counts', () => {
  it('include changes by a process that died before it counted them', async () => {
    await service.stopWorker();
    const batch = await submittedBatch(service, { items: [broken, broken] });
    await service.platform.database.query(
      `UPDATE jobs SET status = 'CANCELLED', finished_at = now(), revision = revision + 1 WHERE status = 'PENDING'`,
      [],
    );
    expect(await finalBatch(service, batch.id)).toMatchObject({ status: 'CANCELLED', cancelled: 2 });
    await service.startWorker();
  });
});

describe('the same idempotency key', () => {
  it('returns the same batch to concurrent calls, and is refused for another batch or a job', async () => {
    const items = [broken, { ...broken, name: 'second' }];
    const input = { idempotencyKey: 'batch', items };
    const answers = await Promise.all(Array.from({ length: 6 }, () => submitBatch(service, input)));
    const made = answers.map(({ data }) => data.createBatch);
    expect(new Set(made.map(({ batch }) => batch.id)).size).toBe(1);
    expect(made.filter(({ deduplicated }) => !deduplicated)).toHaveLength(1);
    const code = async (answer: ReturnType<typeof submitBatch>) => (await answer).errors?.[0]?.extensions.code;
    expect(await code(submitBatch(service, { ...input, items: [broken] }))).toBe('IDEMPOTENCY_CONFLICT');
    expect(await code(submitBatch(service, { ...input, priority: 1 }))).toBe('IDEMPOTENCY_CONFLICT');
    const job = 'mutation ($input: CreateJobInput!) { createJob(input: $input) { job { id } } }';
    expect(await code(graphql(service.url, job, { input: { ...broken, idempotencyKey: 'batch' } }))).toBe(
      'IDEMPOTENCY_CONFLICT',
    );
  });
});
