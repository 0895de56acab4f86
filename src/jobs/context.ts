import type { Database } from '../connections/database.ts';
import type { Publish } from '../progress/publish.ts';

/** What every operation on jobs needs: the rows, and the two ways of telling others that they changed. */
export interface JobsContext {
  database: Database;
  /** Called after a commit, never before. */
  publish: Publish;
  /** Called after a commit that made rows claimable. */
  ring: (rows?: number) => void;
}
