import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordDownload } from '../../src/documents/record-download.ts';
import { beat } from '../../src/fleet/workers.ts';
import { ClaimLostError } from '../../src/job-row/fence.ts';
import { progressOf } from '../../src/job-row/job.ts';
import { cancelJob } from '../../src/jobs/cancel.ts';
import type { Claim } from '../../src/jobs/claim.ts';
import { completeJob, failJob, giveBackJob, rescueJobs } from '../../src/jobs/lifecycle.ts';
import { storePages } from '../../src/results/pages.ts';
import type { Row } from '../api/rows.ts';
import { type Service, startService } from '../service.ts';
import { claim, claimed, completion, letLeaseExpire } from './claiming.ts';
import { page } from './extractors.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const failure = { code: 'INTERNAL', message: 'of a zombie', page: null, engine: null, stage: 'EXTRACT' } as const;
const progress = { seq: 5, percent: 50, pagesDone: 1, pagesTotal: 2 };

/** Every write of an attempt, by name. */
const writes: [string, (held: Claim) => Promise<unknown>][] = [
  [
    'store pages',
    (held) =>
      storePages(
        service.platform.jobs,
        held,
        [page(1, 'of a zombie')],
        { engine: 'PDFJS', storedBy: 'test' },
        progress,
      ),
  ],
  ['complete the job', (held) => completeJob(service.platform.jobs, held, completion(1))],
  ['fail the job', (held) => failJob(service.platform.jobs, held, failure)],
  ['give the job back', (held) => giveBackJob(service.platform.jobs, held)],
  [
    'record a download',
    (held) =>
      recordDownload(service.platform.jobs, held, {
        storageKey: 'x',
        bytes: 1,
        sha256: 'x',
        filename: null,
        contentType: null,
      }),
  ],
];

/** The ways in which a worker can lose a job without noticing. */
const losses: [string, (row: Row, held: Claim) => Promise<unknown>][] = [
  ['was cancelled', (row, held) => cancelJob(service.platform.jobs, held.tenantId, row.uuid)],
  [
    'was rescued',
    async (row) => {
      await letLeaseExpire(service, row);
      await rescueJobs(service.platform.jobs, 10);
    },
  ],
  [
    'was rescued and is held by another worker',
    async (row) => {
      await letLeaseExpire(service, row);
      await rescueJobs(service.platform.jobs, 10);
      expect((await claim(service, 10)).map(({ id }) => id)).toEqual([row.uuid]);
    },
  ],
  ['was completed', (_, held) => completeJob(service.platform.jobs, { ...held }, completion(3))],
  [
    'was claimed again after PostgreSQL crashed and lost the first claim',
    (row) => service.platform.database.query(`UPDATE jobs SET worker_id = gen_random_uuid() WHERE id = $1`, [row.uuid]),
  ],
  ['was deleted', (row) => service.platform.database.query('DELETE FROM jobs WHERE id = $1', [row.uuid])],
];

async function everythingAbout({ uuid, sourceUuid }: Row) {
  const { prisma } = service.platform.database;
  return {
    job: await prisma.job.findUnique({ where: { id: uuid } }),
    attempts: await prisma.jobAttempt.findMany({ where: { jobId: uuid } }),
    pages: await prisma.page.findMany({ where: { jobId: uuid } }),
    source: await prisma.source.findUnique({ where: { id: sourceUuid } }),
  };
}

describe.each(losses)('a worker whose job %s', (how, lose) => {
  it.each(writes)('cannot %s', async (what, write) => {
    const { row, held } = await claimed(service);
    await lose(row, held);
    const before = await everythingAbout(row);
    // Repeating this claim's own completion succeeds: the worker may have missed the response.
    if (how === 'was completed' && what === 'complete the job') await write(held);
    else await expect(write(held)).rejects.toThrow(ClaimLostError);
    expect(await everythingAbout(row)).toEqual(before);
    await service.platform.database.query('DELETE FROM jobs', []);
  });

  it('does not get it confirmed by its heartbeat', async () => {
    const { row, held } = await claimed(service);
    const worker = { id: held.workerId, host: 'here', pid: 1, version: '0', concurrency: 1 };
    const states = [{ ...progressOf(held), seq: 9, percent: 77 }];
    const still = async () =>
      (
        await beat(
          service.platform.jobs,
          worker,
          { completed: 0, failed: 0, sandbox: null, memoryBytes: null, pagesPerMinute: 0 },
          states,
        )
      ).held;
    expect(await still()).toEqual(new Set([row.uuid]));
    await lose(row, held);
    const before = await everythingAbout(row);
    expect(await still()).toEqual(new Set());
    expect(await everythingAbout(row)).toEqual(before);
    await service.platform.database.query('DELETE FROM jobs', []);
  });
});

describe('a repeated completion', () => {
  it('succeeds without effect, because the response may have been lost', async () => {
    const { row, held } = await claimed(service);
    const first = await completeJob(service.platform.jobs, held, completion(2));
    const before = await everythingAbout(row);
    const again = await completeJob(service.platform.jobs, held, completion(2));
    expect(again.revision).toBe(first.revision);
    expect(await everythingAbout(row)).toEqual(before);
    expect(before.attempts).toHaveLength(1);
    expect(before.pages).toHaveLength(2);
  });

  it('takes effect once under concurrency', async () => {
    const { row, held } = await claimed(service);
    const jobs = await Promise.all(
      Array.from({ length: 8 }, () => completeJob(service.platform.jobs, held, completion(2))),
    );
    expect(new Set(jobs.map(({ revision }) => revision)).size).toBe(1);
    expect((await everythingAbout(row)).attempts).toHaveLength(1);
  });
});

describe('the coarse progress of a running job', () => {
  it('never decreases, in any order of its writes', async () => {
    const { row, held } = await claimed(service);
    const worker = { id: held.workerId, host: 'here', pid: 1, version: '0', concurrency: 1 };
    const state = { ...progressOf(held), seq: 5, percent: 50, pagesDone: 5, pagesTotal: 10 };
    const counts = { completed: 0, failed: 0, sandbox: null, memoryBytes: null, pagesPerMinute: 0 };
    await beat(service.platform.jobs, worker, counts, [{ ...state, seq: 9, percent: 90, pagesDone: 9 }]);
    await beat(service.platform.jobs, worker, counts, [state]);
    await storePages(
      service.platform.jobs,
      held,
      [page(1)],
      { engine: 'PDFJS', storedBy: 'test' },
      { ...progress, pagesTotal: 10 },
    );
    expect((await everythingAbout(row)).job).toMatchObject({ progressSeq: 9, percent: 90 });
  });
});
