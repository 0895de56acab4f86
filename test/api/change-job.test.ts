import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphql } from '../graphql.ts';
import { endless } from '../jobs/extractors.ts';
import { type Service, startService } from '../service.ts';
import { insertJob } from './rows.ts';
import {
  accepted,
  cancel,
  ended,
  endedJob,
  inline,
  readJob,
  refused,
  remove,
  storedKeys,
  submit,
  tryCreateJob,
} from './submitting.ts';

const unknown = 'job_01h455vb4pex5vsknk084sn02q';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

async function codeOf(answer: ReturnType<typeof cancel>): Promise<string> {
  return refused(await answer).extensions.code;
}

describe('cancelJob', () => {
  it('ends a pending job at once, and does nothing the second time', async () => {
    const { id } = await submit(service, { source: await inline('encrypted'), options: { password: 'pagehive' } });
    const { job } = accepted(await cancel(service, id)).cancelJob;
    expect(job).toMatchObject({ id, status: 'CANCELLED', revision: 2 });
    expect(job.finishedAt).not.toBeNull();
    expect(accepted(await cancel(service, id)).cancelJob.job).toEqual(job);
    await expect(
      service.platform.database.prisma.job.findMany({ where: { sealedPassword: { not: null } } }),
    ).resolves.toEqual([]);
  });

  it('ends a job scheduled for a later runAt', async () => {
    const { id } = await submit(service, { source: await inline('one-page'), runAt: new Date(Date.now() + 3_600_000) });
    expect(accepted(await cancel(service, id)).cancelJob.job.status).toBe('CANCELLED');
  });

  it('returns NOT_FOUND for an unknown job', async () => {
    for (const id of [unknown, 'upload_01h455vb4pex5vsknk084sn02q', 'nonsense']) {
      expect(await codeOf(cancel(service, id))).toBe('NOT_FOUND');
    }
  });

  it('returns every requested field of the job', async () => {
    const { id } = await submit(service, { source: await inline('one-page'), name: 'all of it', metadata: { a: 1 } });
    const query = `mutation ($id: ID!) { cancelJob(id: $id) { job {
      id name metadata source { kind bytes } options { engine } attempts { number } pages { nodes { number } } result { pageCount } workerId
    } } }`;
    expect(accepted(await graphql(service.url, query, { id })).cancelJob.job).toMatchObject({
      name: 'all of it',
      metadata: { a: 1 },
      source: { kind: 'BASE64' },
      options: { engine: 'AUTO' },
      attempts: [],
      pages: { nodes: [] },
      result: null,
    });
  });
});

describe('cancelJob of a running job', () => {
  it('kills the extraction, keeps the attempt, and frees the worker for the next job', async () => {
    const extractor = endless();
    await service.startWorker({ extractor });
    const { id } = await submit(service, { source: await inline('one-page') });
    await extractor.began;
    expect(await readJob(service, id, 'status attempts { number finishedAt }')).toEqual({
      status: 'RUNNING',
      attempts: [{ number: 1, finishedAt: null }],
    });
    const { job } = accepted(await cancel(service, id)).cancelJob;
    expect(job.status).toBe('CANCELLED');
    await extractor.aborted;
    await service.stopWorker();
    const after = await readJob(service, id, 'revision status attempts { number finishedAt failure { code } }');
    expect(after).toMatchObject({
      revision: job.revision,
      status: 'CANCELLED',
      attempts: [{ number: 1, failure: null }],
    });
    expect(after.attempts[0].finishedAt).not.toBeNull();
    await service.startWorker();
    const next = await submit(service, { source: await inline('one-page') });
    expect(await endedJob(service, next.id, 'status')).toEqual({ status: 'COMPLETED' });
  });
});

describe('a job that has ended', () => {
  it('cannot be cancelled', async () => {
    const { id } = await submit(service, { source: await inline('one-page') });
    await ended(service, id);
    expect(await codeOf(cancel(service, id))).toBe('JOB_FINAL');
    const failed = await submit(service, { source: await inline('not-a-pdf') });
    await ended(service, failed.id);
    expect(await codeOf(cancel(service, failed.id))).toBe('JOB_FINAL');
  });

  it('can be deleted, together with its pages and bytes', async () => {
    const keys = await storedKeys(service);
    const { id } = await submit(service, { source: await inline('links') });
    await ended(service, id);
    const { prisma } = service.platform.database;
    const pages = await prisma.page.count();
    const sources = await prisma.source.count();
    expect(accepted(await remove(service, id)).deleteJob).toEqual({ deletedId: id });
    expect(await readJob(service, id, 'id')).toBeNull();
    expect(await prisma.page.count()).toBe(pages - 3);
    expect(await prisma.source.count()).toBe(sources - 1);
    expect(await storedKeys(service)).toEqual(keys);
    expect(await codeOf(remove(service, id))).toBe('NOT_FOUND');
    expect(await codeOf(cancel(service, id))).toBe('NOT_FOUND');
  });

  it('can be deleted without the upload that it shares with another job', async () => {
    const { id: upload, url } = accepted(
      await graphql(service.url, 'mutation { createUpload(input: {}) { upload { id url } } }'),
    ).createUpload.upload;
    await fetch(url, { method: 'PUT', body: new Uint8Array(Buffer.from((await inline('one-page')).base64, 'base64')) });
    const keys = await storedKeys(service);
    const [first, other] = [
      await submit(service, { source: { upload } }),
      await submit(service, { source: { upload } }),
    ];
    await Promise.all([ended(service, first.id), ended(service, other.id)]);
    accepted(await remove(service, first.id));
    expect(await storedKeys(service)).toEqual(keys);
    const third = await submit(service, { source: { upload } });
    expect(await endedJob(service, third.id, 'status')).toEqual({ status: 'COMPLETED' });
    accepted(await remove(service, other.id));
    accepted(await remove(service, third.id));
    expect(await storedKeys(service)).toHaveLength(keys.length - 1);
  });

  it('can be deleted without a permanent upload such as the sample', async () => {
    const { id: upload, url } = accepted(
      await graphql(service.url, 'mutation { createUpload(input: {}) { upload { id url } } }'),
    ).createUpload.upload;
    await fetch(url, { method: 'PUT', body: 'not a PDF' });
    const { prisma } = service.platform.database;
    await prisma.source.updateMany({ where: { kind: 'UPLOAD' }, data: { expiresAt: null } });
    const { id } = await submit(service, { source: { upload } });
    await ended(service, id);
    accepted(await remove(service, id));
    const again = await submit(service, { source: { upload } });
    expect(await endedJob(service, again.id, 'failure { code }')).toEqual({ failure: { code: 'NOT_A_PDF' } });
  });
});

const inAnHour = () => new Date(Date.now() + 3_600_000);

/** Creates a job and cancels it before it runs. */
async function cancelledJob(source: object): Promise<string> {
  const { id } = await submit(service, { source, runAt: inAnHour() });
  accepted(await cancel(service, id));
  return id;
}

async function storedUpload(): Promise<string> {
  const { id, url } = accepted(await graphql(service.url, 'mutation { createUpload(input: {}) { upload { id url } } }'))
    .createUpload.upload;
  await fetch(url, { method: 'PUT', body: 'not a PDF' });
  return id;
}

describe('the attempts of a job', () => {
  it('are the newest 100, oldest first', async () => {
    const { database } = service.platform;
    const row = await insertJob(service, { status: 'FAILED', attempt: 150 });
    await database.query(
      `INSERT INTO job_attempts (job_id, tenant_id, number, run, started_at, finished_at, failure_code)
       SELECT j.id, j.tenant_id, n, n, now(), now(), 'INTERNAL' FROM jobs j, generate_series(1, 150) n WHERE j.id = $1`,
      [row.uuid],
    );
    const numbers = async () => {
      const { attempts } = await readJob(service, row.id, 'attempts { number }');
      return attempts.map(({ number }: { number: number }) => number);
    };
    expect(await numbers()).toEqual(Array.from({ length: 100 }, (_, n) => n + 51));
    await database.query(
      `UPDATE jobs SET status = 'RUNNING', attempt = 151, worker_id = gen_random_uuid(), started_at = now(), finished_at = NULL,
              lease_expires_at = now() + interval '1 hour' WHERE id = $1`,
      [row.uuid],
    );
    expect(await numbers()).toEqual(Array.from({ length: 100 }, (_, n) => n + 52));
    await database.query('DELETE FROM jobs WHERE id = $1', [row.uuid]);
  });
});

describe('deleteJob', () => {
  it('removes the document when all its jobs are deleted at once', async () => {
    const keys = await storedKeys(service);
    const { prisma } = service.platform.database;
    const sources = await prisma.source.count();
    for (let n = 0; n < 12; n += 1) {
      const upload = await storedUpload();
      const ids = await Promise.all([1, 2, 3].map(() => cancelledJob({ upload })));
      for (const answer of await Promise.all(ids.map((id) => remove(service, id)))) accepted(answer);
    }
    expect(await prisma.source.count()).toBe(sources);
    expect(await storedKeys(service)).toEqual(keys);
  });

  it('racing createJob of the same upload keeps the document or refuses the new job', async () => {
    const keys = await storedKeys(service);
    for (let n = 0; n < 12; n += 1) {
      const upload = await storedUpload();
      const old = await cancelledJob({ upload });
      const [removed, created] = await Promise.all([
        remove(service, old),
        tryCreateJob(service, { source: { upload }, runAt: inAnHour() }),
      ]);
      accepted(removed);
      if (created.errors !== undefined) {
        expect(refused(created).extensions.code).toBe('NOT_FOUND');
        expect(await storedKeys(service)).toEqual(keys);
        continue;
      }
      const { id } = created.data.createJob.job;
      expect((await readJob(service, id, 'source { bytes }')).source).toEqual({ bytes: 9 });
      expect(await storedKeys(service)).toHaveLength(keys.length + 1);
      accepted(await cancel(service, id));
      accepted(await remove(service, id));
    }
    expect(await storedKeys(service)).toEqual(keys);
  });

  it('returns JOB_NOT_FINAL for a job that has not ended', async () => {
    const { id } = await submit(service, { source: await inline('one-page'), runAt: new Date(Date.now() + 3_600_000) });
    expect(await codeOf(remove(service, id))).toBe('JOB_NOT_FINAL');
    await cancel(service, id);
    accepted(await remove(service, id));
  });

  it('returns NOT_FOUND for an unknown job', async () => {
    expect(await codeOf(remove(service, unknown))).toBe('NOT_FOUND');
  });

  it('succeeds for exactly one of several concurrent calls', async () => {
    const { id } = await submit(service, { source: await inline('one-page'), runAt: new Date(Date.now() + 3_600_000) });
    await cancel(service, id);
    const answers = await Promise.all(Array.from({ length: 8 }, () => remove(service, id)));
    expect(answers.filter(({ errors }) => errors === undefined)).toHaveLength(1);
  });
});
