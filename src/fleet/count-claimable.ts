import type { Database } from '../connections/database.ts';
import { countClaimableRows } from './sql/claimable.ts';

/** Counts the jobs that a claim could take now, up to a limit. Excludes jobs beyond the limit of their tenant. */
export async function countClaimable({ database }: { database: Database }, limit: number): Promise<number> {
  const [row] = await database.query<{ n: number }>(countClaimableRows, [limit]);
  return row?.n ?? 0;
}
