import type { Database } from '../connections/database.ts';
import { moveNames } from '../jobs/sql/index-names.ts';
import type { Actor } from './actor.ts';

const batch = 1_000;
/** A long list of names, such as that of a migration, is indexed in turns. */
const turnMs = 2_000;

/** Indexes the names of new jobs, so that no submission has to. Until then a search for names reads them one by one. */
export function createNameIndexer({ database }: { database: Database }): Actor {
  return {
    name: 'name-indexer',
    everyMs: 1_000,
    async runOnce() {
      const until = performance.now() + turnMs;
      while ((await database.query(moveNames, [batch])).length === batch && performance.now() < until);
    },
  };
}
