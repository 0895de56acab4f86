import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/connections/database.ts';
import { freeGiveBacks } from '../../src/jobs/retry-policy.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { createDatabase } from '../service.ts';
import { type Done, expectSense, isHeld, Jobs, type Rows, readRows, type Step, step } from './job-model.ts';

// A failure is shrunk and reported with its path: use the reported `seed` and `path` here to run it alone.
// Shrinking stops at the time limit and reports what it has found.
const parameters = { seed: 20_261_123, numRuns: 60, interruptAfterTimeLimit: 40_000 };
let home: Awaited<ReturnType<typeof createDatabase>>;
let database: Database;
beforeAll(async () => {
  home = await createDatabase();
  database = openDatabase({ url: home.url, name: 'properties', logger: createLogger({ logLevel: 'silent' }, 'test') });
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await home.drop();
});

async function fresh(): Promise<Jobs> {
  await database.query('DELETE FROM jobs', []);
  await database.query('DELETE FROM sources', []);
  return new Jobs(database);
}

/** The ids of jobs whose rows have changed. */
function changed(before: Rows, after: Rows): string[] {
  const ids = new Set([...before.keys(), ...after.keys()]);
  const text = (rows: Rows, id: string) =>
    JSON.stringify(rows.get(id), (_, value) => (typeof value === 'bigint' ? `${value}` : value));
  return [...ids].filter((id) => text(before, id) !== text(after, id));
}

/** Checks that a step changed only what it may, and did what it reported. */
function expectEffect(each: Step, { outcome, claim, jobId }: Done, before: Rows, after: Rows): void {
  const touched = changed(before, after);
  if (outcome !== 'done') {
    expect(touched).toEqual([]);
    return;
  }
  if ('claim' in each) {
    if (claim === undefined) throw new Error('there is a claim, or nothing was done');
    expect(touched.filter((id) => id !== claim.id)).toEqual([]);
    const now = after.get(claim.id);
    if (isHeld(before, claim)) {
      const stays = each.do === 'store' || each.do === 'download';
      expect(now?.revision).toBe(claim.revision + (stays ? 0 : 1));
      expect(now?.status).toMatch(becomes[each.do]);
      if (each.do === 'fail') expect(now?.failureCode).toBe(each.code);
      if (each.do === 'give back') {
        const free = now?.status === 'PENDING';
        expect(now?.retryCount).toBe(claim.retryCount + (now?.status === 'RETRYING' ? 1 : 0));
        // A new page resets the count.
        if (!free) expect([before.get(claim.id)?.giveBacks, now?.failureCode]).toEqual([freeGiveBacks, 'INTERRUPTED']);
        else expect(now?.giveBacks).toBeGreaterThan(0);
      }
      if (each.do === 'fail' && each.code === 'NOT_A_PDF') expect(now?.status).toBe('FAILED');
      if (each.do === 'fail' && each.code === 'INTERNAL' && claim.retryCount < claim.maxRetries) {
        expect(now?.status).toBe('RETRYING');
      }
    } else {
      // A holder may repeat its completion, because it may have missed the response.
      expect(each.do).toBe('complete');
      expect(now).toMatchObject({ status: 'COMPLETED', revision: claim.revision + 1, workerId: claim.workerId });
      expect(touched).toEqual([]);
    }
  } else if ('job' in each) {
    const id = jobId ?? '';
    expect(touched.filter((one) => one !== id)).toEqual([]);
    if (each.do === 'cancel') expect(after.get(id)?.status).toBe('CANCELLED');
    if (each.do === 'delete') expect(after.has(id)).toBe(false);
    if (each.do === 'retry') expect(after.get(id)).toMatchObject({ status: 'PENDING', retryCount: 0 });
  }
}

const becomes = {
  store: /^RUNNING$/,
  download: /^RUNNING$/,
  complete: /^COMPLETED$/,
  fail: /^(RETRYING|FAILED)$/,
  'give back': /^(PENDING|RETRYING|FAILED)$/,
} as const;

describe('jobs, under any sequence of steps', () => {
  it('are changed only by their holder, and not by a lost claim', async () => {
    const sequences = fc.array(step, { minLength: 20, maxLength: 60 });
    const property = fc.asyncProperty(sequences, async (steps) => {
      const jobs = await fresh();
      let before = await readRows(jobs.context);
      for (const each of steps) {
        const done = await jobs.run(each);
        const after = await readRows(jobs.context);
        expectSense(before, after);
        expectEffect(each, done, before, after);
        if (done.claim !== undefined && isHeld(before, done.claim)) expect(done.outcome).toBe('done');
        before = after;
      }
      expectRisingRevisions(jobs);
    });
    await fc.assert(property, parameters);
  });

  it('have one holder and one end, even if steps overlap', async () => {
    const rounds = fc.array(fc.array(step, { minLength: 4, maxLength: 8 }), { minLength: 3, maxLength: 10 });
    const property = fc.asyncProperty(rounds, async (all) => {
      const jobs = await fresh();
      for (let n = 0; n < 3; n++) await jobs.run({ do: 'submit', maxRetries: 2 });
      for (const round of all) {
        const before = await readRows(jobs.context);
        const outcomes = await Promise.all(round.map((each) => jobs.run(each)));
        const after = await readRows(jobs.context);
        expectSense(before, after);
        expectOneEnd(round, outcomes);
      }
      const holders = jobs.claims.map(({ id, revision }) => `${id} ${revision}`);
      expect(new Set(holders).size).toBe(holders.length);
    });
    await fc.assert(property, parameters);
  });
});

/** Checks that only one end was written per claim among concurrent ones; only a completion may be repeated. */
function expectOneEnd(round: Step[], outcomes: Done[]): void {
  const ends = new Map<string, Set<string>>();
  for (const [index, each] of round.entries()) {
    const { outcome, claim } = outcomes[index] ?? {};
    if (outcome !== 'done' || (each.do !== 'complete' && each.do !== 'fail' && each.do !== 'give back')) continue;
    if (claim === undefined) continue;
    const key = `${claim.id} ${claim.revision}`;
    const known = ends.get(key) ?? new Set();
    if (each.do !== 'complete') expect(known.has(each.do)).toBe(false);
    ends.set(key, known.add(each.do));
  }
  for (const known of ends.values()) expect(known.size).toBe(1);
}

function expectRisingRevisions({ published }: Jobs): void {
  const newest = new Map<string, number>();
  for (const { jobId, revision } of published) {
    const before = newest.get(jobId) ?? 0;
    // A repeated completion is published again.
    expect(revision).toBeGreaterThanOrEqual(before);
    newest.set(jobId, revision);
  }
}
