import type { Database } from '../connections/database.ts';
import type { Publish, PublishBatch } from '../progress/publish.ts';

/** What every operation on jobs needs: the rows, and the two ways of telling others that they changed. */
export interface JobsContext {
  database: Database;
  /** Called after a commit, never before. */
  publish: Publish;
  publishBatch: PublishBatch;
  /** Called after a commit that made rows claimable. */
  ring: (rows?: number) => void;
  /** Folds the counts of a batch now, so that whoever changed many of its jobs can show them. */
  fold: (batchId: string) => Promise<void>;
}
