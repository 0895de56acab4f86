import { newUuid } from '../../src/ids.ts';
import { type Claim, claimJobs } from '../../src/jobs/claim.ts';
import { insertJob, type Row } from '../api/rows.ts';
import type { Service } from '../service.ts';
import { facts, page } from './extractors.ts';

/** Claims like a worker with this many idle slots. */
export function claim(service: Service, slots: number, workerId: string = newUuid()): Promise<Claim[]> {
  return claimJobs(service.platform.jobs, workerId, slots);
}

/** Inserts a job and claims it. */
export async function claimed(
  service: Service,
  given: Parameters<typeof insertJob>[1] = {},
): Promise<{ row: Row; held: Claim }> {
  const row = await insertJob(service, given);
  const held = (await claim(service, 100)).find(({ id }) => id === row.uuid);
  if (held === undefined) throw new Error('the job could not be claimed');
  return { row, held };
}

/** Makes the lease of a job expire, as if its worker had stopped renewing it. */
export async function letLeaseExpire(service: Service, row: Row): Promise<void> {
  await service.platform.database.query(
    `UPDATE jobs SET lease_expires_at = now() - interval '1 second' WHERE id = $1`,
    [row.uuid],
  );
}

/** The result that completes a job with this many pages. */
export function completion(pages: number) {
  const rest = Array.from({ length: pages }, (_, index) => page(index + 1));
  return { facts: { ...facts, pageCount: pages }, engine: 'PDFJS' as const, storedBy: 'test', pagesTotal: pages, rest };
}
