import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { defaultTenantId } from '../../src/api/context.ts';
import { cancelBatch, retryBatch } from '../../src/batches/change.ts';
import { RequestError } from '../../src/errors.ts';
import { decodeId, newUuid } from '../../src/ids.ts';
import { ClaimLostError } from '../../src/job-row/fence.ts';
import { claimJobs } from '../../src/jobs/claim.ts';
import { completeJob, failJob, giveBackJob, rescueJobs } from '../../src/jobs/lifecycle.ts';
import { deleteJob } from '../../src/jobs/remove.ts';
import { retryJob } from '../../src/jobs/retry.ts';
import type { BatchState } from '../../src/progress/state.ts';
import { openSubscription } from '../graphql.ts';
import { facts, page } from '../jobs/extractors.ts';
import { type Service, startService } from '../service.ts';
import { counts, readBatch, submittedBatch } from './batching.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

type Counts = Pick<BatchState, 'revision' | 'total' | 'pending' | 'running' | 'completed' | 'failed' | 'cancelled'>;

const size = 60;
const rounds = 40;
const broken = { source: { base64: Buffer.from('never read').toString('base64') } };

function expectToAddUp({ pending, running, completed, failed, cancelled }: Counts): void {
  expect(pending + running + completed + failed + cancelled).toBe(size);
  expect(Math.min(pending, running, completed, failed, cancelled)).toBeGreaterThanOrEqual(0);
}

/** Runs one operation of many; returns false if a concurrent one was faster. */
async function tried(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof RequestError || error instanceof ClaimLostError) return false;
    throw error;
  }
}

it('match the jobs and add up in every query and event, while every kind of change happens at once', async () => {
  const { jobs, database } = service.platform;
  const { id } = await submittedBatch(service, {
    items: Array.from({ length: size }, () => broken),
    options: { maxRetries: 1 },
  });
  const batchId = decodeId('batch', id) ?? '';
  let working = true;
  let deleted = 0;

  const any = async (status: string) => {
    const rows = await database.query<{ id: string }>(
      `SELECT id FROM jobs WHERE batch_id = $1 AND status::text = $2 ORDER BY random() LIMIT 1`,
      [batchId, status],
    );
    return rows[0]?.id;
  };
  async function work(): Promise<void> {
    const workerId = newUuid();
    for (let round = 0; round < rounds; round += 1) {
      for (const claim of await claimJobs(jobs, workerId, 3)) {
        const failure = { message: 'so it goes', page: null, stage: 'EXTRACT', engine: null } as const;
        const ends = [
          () =>
            completeJob(jobs, claim, {
              facts,
              engine: 'PDFJS',
              storedBy: 'x',
              pagesTotal: 1,
              rest: [page(1)],
            }),
          () => failJob(jobs, claim, { ...failure, code: 'NOT_A_PDF' }),
          () => failJob(jobs, claim, { ...failure, code: 'INTERNAL' }),
          () => giveBackJob(jobs, claim, { discardPages: false }),
          // The lease is lost: the job is rescued, and later writes of its worker are ignored.
          () =>
            database.query(
              `UPDATE jobs SET lease_expires_at = now() - interval '1 minute' WHERE id = $1 AND status = 'RUNNING'`,
              [claim.id],
            ),
        ];
        await tried(ends[Math.floor(Math.random() * ends.length)] ?? (() => Promise.resolve()));
      }
      await database.query(
        `UPDATE jobs SET due_at = now() - interval '1 second' WHERE batch_id = $1 AND status = 'RETRYING'`,
        [batchId],
      );
    }
  }
  async function interfere(): Promise<void> {
    for (let round = 0; round < rounds; round += 1) {
      await rescueJobs(jobs, 10);
      const [failed, cancelled] = [await any('FAILED'), await any('CANCELLED')];
      if (failed !== undefined && round % 4 === 0 && (await tried(() => deleteJob(jobs, defaultTenantId, failed))))
        deleted += 1;
      if (cancelled !== undefined) await tried(() => retryJob(jobs, defaultTenantId, cancelled, null));
      if (round % 10 === 5) await tried(() => cancelBatch(jobs, defaultTenantId, batchId));
      if (round % 3 === 0) await tried(() => retryBatch(jobs, defaultTenantId, batchId));
    }
  }
  async function look(): Promise<void> {
    while (working) {
      expectToAddUp(await readBatch(service, id));
      await setTimeout(5);
    }
  }
  const events: Counts[] = [];
  async function watch(): Promise<void> {
    const query = `subscription ($id: ID!, $after: String) { batchProgress(id: $id, after: $after) { cursor revision ${counts} } }`;
    let after: string | undefined;
    while (working) {
      // The stream completes whenever the batch is final, but a retry may reopen the batch.
      for await (const { data, errors } of await openSubscription(service.url, query, { id, after })) {
        expect(errors).toBeUndefined();
        events.push(data.batchProgress);
        after = data.batchProgress.cursor;
      }
      await setTimeout(5);
    }
  }

  const watching = Promise.all([look(), watch()]);
  try {
    await Promise.all([work(), work(), interfere(), interfere()]);
    // Ends all jobs that are left.
    await jobs.aggregateBatch(batchId);
    await tried(() => cancelBatch(jobs, defaultTenantId, batchId));
  } finally {
    working = false;
  }
  await watching;

  for (const event of events) expectToAddUp(event);
  const revisions = events.map(({ revision }) => revision);
  expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
  expect(deleted).toBeGreaterThan(0);
  const { status: _, ...final } = await readBatch(service, id);
  expect(final).toMatchObject({ progressPercentage: 100, pending: 0, running: 0 });
  const left = await database.query<{ status: string; n: number }>(
    'SELECT lower(status::text) AS status, count(*)::int AS n FROM jobs WHERE batch_id = $1 GROUP BY status',
    [batchId],
  );
  const { completed = 0, failed = 0, cancelled = 0 } = Object.fromEntries(left.map(({ status, n }) => [status, n]));
  // Deleted jobs stay in the counts, with the status they had.
  const gone = [final.completed - completed, final.failed - failed, final.cancelled - cancelled];
  expect(Math.min(...gone)).toBeGreaterThanOrEqual(0);
  expect(gone.reduce((sum, n) => sum + n)).toBe(deleted);
});
