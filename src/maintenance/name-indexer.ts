import type { Database } from '../connections/database.ts';
import type { Actor } from './actor.ts';

/** Moves new job names from the pending list of the GIN index into the index, so that no submission has to. */
export function createNameIndexer({ database }: { database: Database }): Actor {
  return {
    name: 'name-indexer',
    everyMs: 1_000,
    async runOnce() {
      await database.query(`SELECT gin_clean_pending_list('job_names_grams_idx')`, []);
    },
  };
}
