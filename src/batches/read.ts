import type { Database } from '../connections/database.ts';
import type { BatchState } from '../progress/state.ts';
import { batchStateOf } from './batch.ts';

/** Returns the current counts of these batches, without those that no longer exist. */
export async function readBatchStates({ database }: { database: Database }, ids: string[]): Promise<BatchState[]> {
  const batches = await database.prisma.batch.findMany({ where: { id: { in: ids } } });
  return batches.map(batchStateOf);
}
