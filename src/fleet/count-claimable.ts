import type { Database } from '../connections/database.ts';
import { countClaimableRows } from './sql/claimable.ts';

/** Counts the jobs that could be claimed now, up to a limit, without those that `max_running` of their tenant holds back. */
export async function countClaimable({ database }: { database: Database }, limit: number): Promise<number> {
  const [row] = await database.query<{ n: number }>(countClaimableRows, [limit]);
  return row?.n ?? 0;
}
