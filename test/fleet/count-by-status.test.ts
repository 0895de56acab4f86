import { afterAll, beforeAll, expect, it } from 'vitest';
import { defaultTenantId } from '../../src/api/context.ts';
import { countByStatus } from '../../src/fleet/vitals.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
});
afterAll(() => service[Symbol.asyncDispose]());

/** Inserts jobs that wait. Their number is beyond what is counted exactly. */
async function insertWaiting(jobs: number): Promise<void> {
  const { database } = service.platform;
  await database.query(
    `WITH source AS (
         INSERT INTO sources (id, tenant_id, kind, status)
         SELECT gen_random_uuid(), $1::uuid, 'UPLOAD', 'STORED' FROM generate_series(1, $2::int) RETURNING id
     )
     INSERT INTO jobs (id, tenant_id, source_id, options, claim_order, max_retries, priority)
     SELECT gen_random_uuid(), $1::uuid, id, '{}', now(), 3, 5 FROM source`,
    [defaultTenantId, jobs],
  );
  await database.query('ANALYZE jobs', []);
}

it('counts a few jobs exactly, and estimates very many from a sample', async () => {
  const { background: database } = service.platform.pools;
  await insertWaiting(7);
  const few = await countByStatus({ database });
  expect(Object.fromEntries(few)).toEqual({
    PENDING: 7,
    RUNNING: 0,
    RETRYING: 0,
    COMPLETED: 0,
    FAILED: 0,
    CANCELLED: 0,
  });
  // In parts: a statement gets five seconds.
  for (let part = 0; part < 8; part += 1) await insertWaiting(2_000);
  const waiting = (await countByStatus({ database })).get('PENDING') ?? 0;
  expect(Math.abs(waiting / 16_007 - 1)).toBeLessThan(0.25);
});
