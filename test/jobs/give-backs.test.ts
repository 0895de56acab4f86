import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultTenantId } from '../../src/api/context.ts';
import { defaultOptions } from '../../src/job-row/options.ts';
import type { Claim } from '../../src/jobs/claim.ts';
import { giveBackJob } from '../../src/jobs/lifecycle.ts';
import { retryJob } from '../../src/jobs/retry.ts';
import { freeGiveBacks } from '../../src/jobs/retry-policy.ts';
import { PagesLostError, storePages } from '../../src/results/pages.ts';
import { insertJob } from '../api/rows.ts';
import { endedJob, inline, submit } from '../api/submitting.ts';
import { type Service, startService } from '../service.ts';
import { claim } from './claiming.ts';
import { extractorOf, opened, page } from './extractors.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

async function claimOf(uuid: string): Promise<Claim> {
  await service.platform.database.query(
    `UPDATE jobs SET due_at = now() - interval '1 second' WHERE due_at IS NOT NULL`,
    [],
  );
  const held = (await claim(service, 10)).find(({ id }) => id === uuid);
  if (held === undefined) throw new Error('the job could not be claimed');
  return held;
}

/** Claims the job and gives it back; returns the row. */
async function giveBack(uuid: string, options = {}) {
  return await giveBackJob(service.platform.jobs, await claimOf(uuid), options);
}

async function giveBackForFree(uuid: string, times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) expect((await giveBack(uuid)).status).toBe('PENDING');
}

describe('a job that is given back', () => {
  it('uses no retry up to a limit, then one retry each time, and fails without retries left', async () => {
    const { uuid } = await insertJob(service, {
      maxRetries: 2,
      sealedPassword: 'sealed',
      options: { ...defaultOptions, expireAfterSeconds: 60 },
    });
    await giveBackForFree(uuid, freeGiveBacks);
    for (const retryCount of [1, 2]) {
      const retrying = await giveBack(uuid);
      expect(retrying).toMatchObject({
        status: 'RETRYING',
        retryCount,
        failureCode: 'INTERRUPTED',
        sealedPassword: 'sealed',
      });
      expect(retrying.dueAt).not.toBeNull();
    }
    const failed = await giveBack(uuid);
    expect(failed).toMatchObject({ status: 'FAILED', failureCode: 'INTERRUPTED', retryCount: 2, sealedPassword: null });
    expect(Number(failed.expiresAt) - Number(failed.finishedAt)).toBe(60_000);
    const attempts = await service.platform.database.prisma.jobAttempt.findMany({
      where: { jobId: uuid },
      orderBy: { number: 'asc' },
    });
    expect(attempts.map(({ failureCode }) => failureCode)).toEqual([
      ...Array.from({ length: freeGiveBacks }, () => null),
      'INTERRUPTED',
      'INTERRUPTED',
      'INTERRUPTED',
    ]);
  });

  it('regains its full limit after a new page and in a new run', async () => {
    const { uuid } = await insertJob(service, { maxRetries: 0 });
    await giveBackForFree(uuid, freeGiveBacks);
    const held = await claimOf(uuid);
    await storePages(
      service.platform.jobs,
      held,
      [page(1)],
      { engine: 'PDFJS', storedBy: 'test' },
      { seq: 1, percent: 10, pagesDone: 1, pagesTotal: 3 },
    );
    expect((await giveBackJob(service.platform.jobs, held)).status).toBe('PENDING');
    await giveBackForFree(uuid, freeGiveBacks - 1);
    expect((await giveBack(uuid)).status).toBe('FAILED');
    await retryJob(service.platform.jobs, defaultTenantId, uuid, null);
    await giveBackForFree(uuid, freeGiveBacks);
  });

  it('regains nothing from pages that are deleted again', async () => {
    const { uuid } = await insertJob(service, { maxRetries: 0 });
    for (let n = 0; n <= freeGiveBacks; n += 1) {
      const held = await claimOf(uuid);
      await storePages(
        service.platform.jobs,
        held,
        [page(1)],
        { engine: 'PDFJS', storedBy: 'test' },
        { seq: 1, percent: 10, pagesDone: 1, pagesTotal: 3 },
      );
      const { status } = await giveBackJob(service.platform.jobs, held, { discardPages: true });
      expect(status).toBe(n < freeGiveBacks ? 'PENDING' : 'FAILED');
    }
  });

  it('fails eventually if its pages are missing in each attempt', async () => {
    const extractor = extractorOf(async function* () {
      yield opened(1);
      throw new PagesLostError();
    });
    await service.startWorker({ extractor });
    const { id } = await submit(service, { source: await inline('one-page'), options: { maxRetries: 0 } });
    const job = await endedJob(service, id, 'status failure { code retryable } attempts { number }');
    expect(job).toMatchObject({ status: 'FAILED', failure: { code: 'INTERRUPTED', retryable: true } });
    expect(job.attempts).toHaveLength(freeGiveBacks + 1);
    await service.stopWorker();
  });
});
