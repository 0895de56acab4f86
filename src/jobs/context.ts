import type { Database } from '../connections/database.ts';
import type { BatchState, ProgressState } from '../progress/state.ts';

/**
 * Dependencies of operations on jobs and batches: the database, and the steps after a commit (`src/after-commit.ts`).
 */
export interface JobsContext {
  database: Database;
  /** Reports a change of a job. Called after its commit, never before. */
  jobChanged: (state: ProgressState) => void;
  /** Reports a change of a batch. Called after its commit, never before. */
  batchChanged: (state: BatchState) => void;
  /** Wakes workers. Called after a commit that made rows claimable. */
  ring: (rows?: number) => void;
  /** Aggregates the counts of a batch at once, for a request that changed many of its jobs. */
  aggregateBatch: (batchId: string) => Promise<void>;
}
