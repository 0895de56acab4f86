import type { Database } from '../connections/database.ts';
import type { Logger } from '../ops/logger.ts';
import type { Storage } from '../storage/storage.ts';

/** The services that archive and restore jobs. The database sees the rows of all tenants. */
export interface ArchiveContext {
  database: Database;
  storage: Storage;
  logger: Logger;
}
