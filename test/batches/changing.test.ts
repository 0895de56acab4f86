import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultTenantId } from '../../src/api/context.ts';
import { decodeId, newUuid } from '../../src/ids.ts';
import { claimJobs } from '../../src/jobs/claim.ts';
import { failJob } from '../../src/jobs/lifecycle.ts';
import { retryJob } from '../../src/jobs/retry.ts';
import { createBatchChanger } from '../../src/maintenance/batch-changer.ts';
import { accepted, inline } from '../api/submitting.ts';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { counts, finalBatch, readBatch, submittedBatch } from './batching.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const item = { source: { url: 'https://example.com/a.pdf' } };
/** More jobs than a request changes before it responds. */
const many = 250;

const uuidOf = (batch: { id: string }) => decodeId('batch', batch.id) ?? '';
const cancel = `mutation ($id: ID!) { cancelBatch(id: $id) { batch { status ${counts} } } }`;
const retry = `mutation ($id: ID!, $options: JobOptionsInput) { retryBatch(id: $id, options: $options) { batch { ${counts} } } }`;

async function ask(mutation: string, batch: { id: string }, options?: object) {
  return accepted(await graphql(service.url, mutation, { id: batch.id, options }));
}

function makeBatch(items: number): Promise<{ id: string }> {
  return submittedBatch(service, { items: Array.from({ length: items }, () => item), options: { maxRetries: 0 } });
}

/** Claims and fails all pending jobs. */
async function failAll(): Promise<void> {
  const { jobs } = service.platform;
  const failure = { code: 'NOT_A_PDF', message: 'It failed.', page: null, engine: null, stage: 'OPEN' } as const;
  for (const claim of await claimJobs(jobs, newUuid(), 1_000)) await failJob(jobs, claim, failure);
}

const query = (text: string, values: string[] = []) => service.platform.database.query(text, values);
const pending = () => query('SELECT kind FROM batch_changes');
const settled = () => expect.poll(pending).toEqual([]);
const maintain = () => createBatchChanger(service.platform).runOnce(0);

describe('cancelBatch of a large batch', () => {
  it('responds before all jobs are cancelled, and the rest follow', async () => {
    const batch = await makeBatch(many);
    await claimJobs(service.platform.jobs, newUuid(), 3);
    const { cancelBatch } = await ask(cancel, batch);
    expect(cancelBatch.batch.total).toBe(many);
    const final = await finalBatch(service, batch.id);
    expect(final).toMatchObject({ status: 'CANCELLED', cancelled: many, pending: 0, running: 0 });
    await settled();
    expect((await ask(cancel, batch)).cancelBatch.batch.status).toBe('CANCELLED');
  });

  it('cancels running jobs first', async () => {
    const batch = await makeBatch(many);
    await query(
      `UPDATE jobs SET claim_order = claim_order - interval '1 day' WHERE batch_id = $1 AND batch_index > 240`,
      [uuidOf(batch)],
    );
    await claimJobs(service.platform.jobs, newUuid(), 5);
    expect((await ask(cancel, batch)).cancelBatch.batch.running).toBe(0);
    await finalBatch(service, batch.id);
    await settled();
  });

  it('is finished by maintenance if the API process dies', async () => {
    const batch = await makeBatch(many);
    await query(`UPDATE batches SET cancelled_at = now() WHERE id = $1`, [uuidOf(batch)]);
    await query(
      `INSERT INTO batch_changes (batch_id, tenant_id, kind) SELECT id, tenant_id, 'CANCEL' FROM batches WHERE id = $1`,
      [uuidOf(batch)],
    );
    await Promise.all([maintain(), maintain()]);
    expect(await finalBatch(service, batch.id)).toMatchObject({ status: 'CANCELLED', cancelled: many });
    expect(await pending()).toEqual([]);
  });

  it('skips a locked job and cancels it later', async () => {
    const batch = await makeBatch(3);
    const { database } = service.platform;
    await database.transaction(async (inTransaction) => {
      await inTransaction('SELECT id FROM jobs WHERE batch_id = $1 AND batch_index = 1 FOR UPDATE', [uuidOf(batch)]);
      expect((await ask(cancel, batch)).cancelBatch.batch).toMatchObject({
        status: 'RUNNING',
        cancelled: 2,
        pending: 1,
      });
      await maintain();
      expect(await pending()).toHaveLength(1);
    });
    await maintain();
    expect(await finalBatch(service, batch.id)).toMatchObject({ status: 'CANCELLED', cancelled: 3 });
    expect(await pending()).toEqual([]);
  });

  it('does not cancel jobs that are retried after it', async () => {
    const batch = await makeBatch(2);
    await ask(cancel, batch);
    const [job] = await service.platform.database.query<{ id: string }>('SELECT id FROM jobs WHERE batch_id = $1', [
      uuidOf(batch),
    ]);
    await retryJob(service.platform.jobs, defaultTenantId, job?.id ?? '', null);
    // Pretends that the cancellation is still in progress.
    await query(
      `INSERT INTO batch_changes (batch_id, tenant_id, kind, requested_at) SELECT id, tenant_id, 'CANCEL', cancelled_at FROM batches WHERE id = $1`,
      [uuidOf(batch)],
    );
    await maintain();
    await expect.poll(() => readBatch(service, batch.id)).toMatchObject({ pending: 1, cancelled: 1 });
    expect(await pending()).toEqual([]);
    expect((await ask(cancel, batch)).cancelBatch.batch).toMatchObject({ status: 'CANCELLED', cancelled: 2 });
  });

  it('drops an unfinished retry', async () => {
    const batch = await makeBatch(many);
    await failAll();
    await query(`UPDATE jobs SET status = 'PENDING', finished_at = NULL WHERE batch_id = $1 AND batch_index = 0`, [
      uuidOf(batch),
    ]);
    await query(
      `INSERT INTO batch_changes (batch_id, tenant_id, kind) SELECT id, tenant_id, 'RETRY' FROM batches WHERE id = $1`,
      [uuidOf(batch)],
    );
    await ask(cancel, batch);
    await maintain();
    expect(await readBatch(service, batch.id)).toMatchObject({ status: 'CANCELLED', failed: many - 1, cancelled: 1 });
    expect(await pending()).toEqual([]);
  });
});

describe('retryBatch of a large batch', () => {
  it('restarts each failed job once, with the given options', async () => {
    const batch = await makeBatch(many);
    await failAll();
    await finalBatch(service, batch.id);
    await ask(retry, batch, { engine: 'PDFJS', password: 'secret', maxRetries: 7 });
    await settled();
    await expect.poll(() => readBatch(service, batch.id)).toMatchObject({ pending: many, failed: 0, finishedAt: null });
    const rows = await query(
      `SELECT DISTINCT run, max_retries, options->>'engine' AS engine, sealed_password IS NOT NULL AS sealed FROM jobs WHERE batch_id = $1`,
      [uuidOf(batch)],
    );
    expect(rows).toEqual([{ run: 2, max_retries: 7, engine: 'PDFJS', sealed: true }]);
    await ask(cancel, batch);
    await finalBatch(service, batch.id);
    await settled();
  });

  it('is finished by maintenance if the API process dies, without retrying jobs that failed later', async () => {
    const batch = await makeBatch(many);
    await failAll();
    await finalBatch(service, batch.id);
    await query(`UPDATE jobs SET finished_at = now() + interval '1 hour' WHERE batch_id = $1 AND batch_index = 7`, [
      uuidOf(batch),
    ]);
    await query(
      `INSERT INTO batch_changes (batch_id, tenant_id, kind, options) SELECT id, tenant_id, 'RETRY', '{"ocr": true}' FROM batches WHERE id = $1`,
      [uuidOf(batch)],
    );
    await Promise.all([maintain(), maintain()]);
    await expect.poll(() => readBatch(service, batch.id)).toMatchObject({ pending: many - 1, failed: 1 });
    const rows = await query(
      `SELECT DISTINCT run, options->'ocr' AS ocr FROM jobs WHERE batch_id = $1 AND status = 'PENDING'`,
      [uuidOf(batch)],
    );
    expect(rows).toEqual([{ run: 2, ocr: true }]);
    await ask(cancel, batch);
    await settled();
  });

  it('opens encrypted documents with a password', async () => {
    const encrypted = await inline('encrypted');
    const batch = await submittedBatch(service, { items: [{ source: encrypted }, { source: encrypted }] });
    await service.startWorker();
    expect(await finalBatch(service, batch.id)).toMatchObject({ status: 'FAILED', failed: 2 });
    await ask(retry, batch, { password: 'pagehive' });
    expect(await finalBatch(service, batch.id)).toMatchObject({ status: 'COMPLETED', completed: 2 });
    await service.stopWorker();
  });

  it('refuses bad options', async () => {
    const batch = await makeBatch(1);
    const { errors } = await graphql(service.url, retry, { id: batch.id, options: { timeoutSeconds: 0 } });
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      issues: [{ path: ['options', 'timeoutSeconds'] }],
    });
    await ask(cancel, batch);
  });
});

describe('a large batch', () => {
  it('is accepted as a whole, or not at all if a document disappears meanwhile', async () => {
    const { database } = service.platform;
    const before = await query('SELECT id FROM jobs');
    const broken = Array.from({ length: 1_200 }, (_, index) => (index === 1_100 ? { source: { job: 'gone' } } : item));
    const { errors } = await graphql(
      service.url,
      'mutation ($input: CreateBatchInput!) { createBatch(input: $input) { batch { id } } }',
      { input: { items: broken } },
    );
    expect(errors?.[0]?.extensions.issues).toMatchObject([{ path: ['input', 'items', 1_100, 'source', 'job'] }]);
    expect(await query('SELECT id FROM jobs')).toHaveLength(before.length);
    const batch = await makeBatch(1_200);
    const indexes = await database.query<{ index: number }>(
      'SELECT batch_index AS index FROM jobs WHERE batch_id = $1 ORDER BY id',
      [uuidOf(batch)],
    );
    expect(indexes.map(({ index }) => index)).toEqual(Array.from({ length: 1_200 }, (_, n) => n));
    await ask(cancel, batch);
    await finalBatch(service, batch.id);
    await settled();
  });
});
