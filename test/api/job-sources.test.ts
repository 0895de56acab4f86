import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serve } from '../download/pdf-server.ts';
import { graphql } from '../graphql.ts';
import { deferred } from '../jobs/extractors.ts';
import { type Service, startService } from '../service.ts';
import { insertJob, insertTenant } from './rows.ts';
import {
  accepted,
  cancel,
  ended,
  endedJob,
  fixture,
  inline,
  readJob,
  refused,
  remove,
  storedKeys,
  submit,
  tryCreateJob,
} from './submitting.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ maintenance: false, config: { privateHostsAllowed: ['127.0.0.1'] } });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const createBatch = `mutation ($input: CreateBatchInput!) {
  createBatch(input: $input) { deduplicated batch { id jobs { nodes { id source { sha256 } } } } }
}`;

describe('a job whose source is another job', () => {
  it('processes the same document again, with its own options', async () => {
    const first = await submit(service, { source: await inline('many-pages'), options: { pages: '1-2' } });
    await ended(service, first.id);
    const again = await submit(service, { source: { job: first.id }, options: { pages: '3' } });
    const fields = 'status source { kind bytes sha256 } options { pages } pages { nodes { number } }';
    const [before, after] = [await readJob(service, first.id, fields), await endedJob(service, again.id, fields)];
    expect(after).toEqual({ ...before, options: { pages: '3' }, pages: { nodes: [{ number: 3 }] } });
  });

  it('keeps the document after the first job is deleted, until it is deleted itself', async () => {
    const keys = await storedKeys(service);
    const first = await submit(service, { source: await inline('one-page') });
    await ended(service, first.id);
    const again = await submit(service, { source: { job: first.id } });
    accepted(await remove(service, first.id));
    expect(await endedJob(service, again.id, 'status')).toEqual({ status: 'COMPLETED' });
    accepted(await remove(service, again.id));
    expect(await storedKeys(service)).toEqual(keys);
  });

  it('needs the password again', async () => {
    const first = await submit(service, { source: await inline('encrypted'), options: { password: 'pagehive' } });
    const [closed, open] = [
      await submit(service, { source: { job: first.id } }),
      await submit(service, { source: { job: first.id }, options: { password: 'pagehive' } }),
    ];
    expect(await endedJob(service, closed.id, 'failure { code }')).toEqual({ failure: { code: 'PDF_ENCRYPTED' } });
    expect(await endedJob(service, open.id, 'status')).toEqual({ status: 'COMPLETED' });
  });

  it('shares one document with it, even if both download it at the same time', async () => {
    const keys = await storedKeys(service);
    const bytes = await fixture('one-page');
    const both = deferred<void>();
    let requests = 0;
    await using server = await serve(async (_, response) => {
      requests += 1;
      const number = requests;
      if (requests === 2) both.resolve();
      await both.promise;
      // The server never sends the same bytes twice.
      response.end(Buffer.concat([bytes, Buffer.from(`\n% answer ${number}\n`)]));
    });
    const first = await submit(service, { source: { url: `${server.origin}/a.pdf` } });
    const again = await submit(service, { source: { job: first.id } });
    const fields = 'status source { url sha256 bytes }';
    const [a, b] = [await endedJob(service, first.id, fields), await endedJob(service, again.id, fields)];
    expect(requests).toBe(2);
    expect(a).toEqual({ status: 'COMPLETED', source: b.source });
    expect(await storedKeys(service)).toHaveLength(keys.length + 1);
  });

  it('is refused if the other job does not exist or belongs to another tenant', async () => {
    const theirs = await insertJob(service, { tenantId: await insertTenant(service, 'another') });
    for (const job of [theirs.id, 'job_01h455vb4pex5vsknk084sn02q', 'upload_01h455vb4pex5vsknk084sn02q', 'nonsense']) {
      expect(refused(await tryCreateJob(service, { source: { job } })).extensions.code).toBe('NOT_FOUND');
      const answer = await graphql(service.url, createBatch, {
        input: { items: [{ source: await inline('one-page') }, { source: { job } }] },
      });
      expect(refused(answer).extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        issues: [{ path: ['input', 'items', 1, 'source', 'job'], code: 'NOT_FOUND' }],
      });
    }
  });

  it('is deduplicated by its idempotency key, even after the first job is deleted', async () => {
    const first = await submit(service, { source: await inline('one-page') });
    const input = { source: { job: first.id }, idempotencyKey: 'again' };
    const { id } = await submit(service, input);
    await Promise.all([ended(service, first.id), ended(service, id)]);
    accepted(await remove(service, first.id));
    expect(await submit(service, input)).toEqual({ id, deduplicated: true });
    const other = await submit(service, { source: await inline('one-page') });
    const conflict = await tryCreateJob(service, { ...input, source: { job: other.id } });
    expect(refused(conflict).extensions.code).toBe('IDEMPOTENCY_CONFLICT');
  });

  it('may be any number of items of a batch', async () => {
    const [first, second] = [
      await submit(service, { source: await inline('one-page') }),
      await submit(service, { source: await inline('links') }),
    ];
    const items = [first.id, second.id, first.id].map((job) => ({ source: { job } }));
    const input = { items, idempotencyKey: 'batch of documents' };
    const { batch } = accepted(await graphql(service.url, createBatch, { input })).createBatch;
    const [a, b, c] = batch.jobs.nodes;
    expect([a.source, c.source]).toEqual([c.source, a.source]);
    expect(b.source).not.toEqual(a.source);
    for (const { id } of [first, second, a, b]) {
      await ended(service, id);
      accepted(await remove(service, id));
    }
    expect(await endedJob(service, c.id, 'status')).toEqual({ status: 'COMPLETED' });
    expect(accepted(await graphql(service.url, createBatch, { input })).createBatch).toMatchObject({
      deduplicated: true,
      batch: { id: batch.id },
    });
  });

  it('keeps the document or is refused while the last job of the document is deleted', async () => {
    const keys = await storedKeys(service);
    for (let n = 0; n < 8; n += 1) {
      const { id: job } = await submit(service, { source: await inline('one-page'), runAt: '2999-01-01T00:00:00Z' });
      accepted(await cancel(service, job));
      const [removed, created] = await Promise.all([
        remove(service, job),
        tryCreateJob(service, { source: { job }, runAt: '2999-01-01T00:00:00Z' }),
      ]);
      accepted(removed);
      if (created.errors !== undefined) {
        expect(refused(created).extensions.code).toBe('NOT_FOUND');
        continue;
      }
      const { id } = created.data.createJob.job;
      expect(await storedKeys(service)).toHaveLength(keys.length + 1);
      accepted(await cancel(service, id));
      accepted(await remove(service, id));
    }
    expect(await storedKeys(service)).toEqual(keys);
  });
});
