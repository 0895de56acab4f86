import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createPruner } from '../../src/maintenance/pruner.ts';
import { accepted, endedJob, refused, submit, tryCreateJob } from '../api/submitting.ts';
import { finalBatch, submitBatch, submittedBatch } from '../batches/batching.ts';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';

/** The clocks of Pagehive's hosts may differ from the database clock, because nothing depends on them. */

let service: Service;
beforeAll(async () => {
  service = await startService({ maintenance: false });
});
afterEach(() => {
  vi.useRealTimers();
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

/** Sets the clock without stopping timers. */
function setClock(hours: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + hours * 3_600_000, shouldAdvanceTime: true });
}

const hour = 3_600_000;
const broken = { source: { base64: Buffer.from('no PDF').toString('base64') } };

async function createUpload(): Promise<{ id: string; url: string; expiresAt: string }> {
  const query = 'mutation { createUpload(input: {}) { upload { id url expiresAt } } }';
  return accepted(await graphql(service.url, query)).createUpload.upload;
}

const databaseNow = async () => {
  const [row] = await service.platform.database.query<{ now: Date }>('SELECT now()', []);
  return row?.now.getTime() ?? 0;
};

describe.each([-72, -2, 2, 72])('with a clock %d hours off', (hours) => {
  it('an upload can be stored and used until it expires by the database clock', async () => {
    setClock(hours);
    const { id, url, expiresAt } = await createUpload();
    expect(Math.abs(Date.parse(expiresAt) - (await databaseNow()) - hour)).toBeLessThan(60_000);
    expect((await fetch(url, { method: 'PUT', body: 'no PDF' })).status).toBe(201);
    await createPruner(service.platform).runOnce();
    const job = await submit(service, { source: { upload: id } });
    expect(await endedJob(service, job.id, 'failure { code }')).toEqual({ failure: { code: 'NOT_A_PDF' } });
  });

  it('an upload that is expired by the database clock is refused', async () => {
    const { id, url } = await createUpload();
    await fetch(url, { method: 'PUT', body: 'no PDF' });
    await service.platform.database.query(
      `UPDATE sources SET expires_at = now() - interval '1 second' WHERE kind = 'UPLOAD' AND expires_at < now() + interval '2 days'`,
      [],
    );
    setClock(hours);
    const items = [broken, { source: { upload: id } }];
    expect(refused(await tryCreateJob(service, { source: { upload: id } })).extensions.code).toBe('UPLOAD_EXPIRED');
    expect(refused(await submitBatch(service, { items })).extensions.issues).toMatchObject([
      { code: 'UPLOAD_EXPIRED' },
    ]);
  });

  it('an idempotency key is reserved until it expires by the database clock', async () => {
    const input = { ...broken, idempotencyKey: `key ${hours}` };
    const first = await submit(service, input);
    await endedJob(service, first.id, 'id');
    setClock(hours);
    expect(await submit(service, input)).toEqual({ ...first, deduplicated: true });
    const remove = 'mutation ($id: ID!) { deleteJob(id: $id) { deletedId } }';
    accepted(await graphql(service.url, remove, { id: first.id }));
    expect(refused(await tryCreateJob(service, input)).extensions.code).toBe('IDEMPOTENCY_CONFLICT');
    await service.platform.database.query(
      `UPDATE idempotency_keys SET expires_at = now() WHERE expires_at IS NOT NULL`,
      [],
    );
    const again = await submit(service, input);
    expect(again.deduplicated).toBe(false);
    expect(again.id).not.toBe(first.id);
  });

  it('a batch is cancelled and retried as usual', async () => {
    await service.stopWorker();
    setClock(hours);
    const batch = await submittedBatch(service, { items: [broken, broken] });
    const change = (name: string) =>
      graphql(service.url, `mutation ($id: ID!) { ${name}(id: $id) { batch { status cancelled } } }`, batch);
    expect(accepted(await change('cancelBatch')).cancelBatch.batch).toEqual({ status: 'CANCELLED', cancelled: 2 });
    await service.startWorker();
    const failed = await submittedBatch(service, { items: [broken] });
    await finalBatch(service, failed.id);
    const retry = 'mutation ($id: ID!) { retryBatch(id: $id) { batch { failed } } }';
    expect(accepted(await graphql(service.url, retry, failed)).retryBatch.batch.failed).toBe(0);
    expect(await finalBatch(service, failed.id)).toMatchObject({ status: 'FAILED' });
  });
});
