import type { Database } from '../connections/database.ts';
import type { Batch } from './batch.ts';
import { aggregateAll, aggregateFree } from './sql/aggregate.ts';

export interface Aggregation {
  /** Batches that changed, as they are now. */
  changed: Batch[];
  /** Ids of batches with deltas left, because another process has locked them or they were aggregated a moment ago. */
  behind: string[];
}

export type AggregateRow = { batchId: string; behind: boolean } & (Batch | { id: null });

async function run(database: Database, statement: string, batchIds: string[], restMs: number): Promise<Aggregation> {
  const rows = await database.query<AggregateRow>(statement, [batchIds, restMs]);
  return {
    changed: rows.flatMap((row) => (row.id === null ? [] : [row])),
    behind: rows.flatMap((row) => (row.behind ? [row.batchId] : [])),
  };
}

/** Aggregates batches, except those that another process aggregates or that were aggregated within `restMs`. */
export function aggregateBatches(database: Database, batchIds: string[], restMs: number): Promise<Aggregation> {
  return run(database, aggregateFree, batchIds, restMs);
}

/** Aggregates all deltas of a batch that are committed. Waits for another process that does so already. */
export function aggregateBatch(database: Database, batchId: string): Promise<Aggregation> {
  return run(database, aggregateAll, [batchId], 0);
}

/** Returns batches with deltas. */
export async function batchesToAggregate(database: Database, limit: number): Promise<string[]> {
  const rows = await database.query<{ id: string }>(
    'SELECT DISTINCT batch_id AS id FROM batch_deltas ORDER BY batch_id LIMIT $1',
    [limit],
  );
  return rows.map(({ id }) => id);
}
