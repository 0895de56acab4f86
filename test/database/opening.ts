import { type Database, openDatabase } from '../../src/connections/database.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { createDatabase } from '../service.ts';

export const poolName = 'pool under test';

/** Opens a pool of at most this many connections. */
export function openPool(url: string, size: number): Database {
  return openDatabase({ url, size, name: poolName, logger: createLogger({ logLevel: 'silent' }, 'test') });
}

/** A dedicated pool on a fresh database. */
export interface OpenedDatabase extends AsyncDisposable {
  readonly database: Database;
  readonly url: string;
}

export async function openFreshDatabase(size: number): Promise<OpenedDatabase> {
  const { url, drop } = await createDatabase();
  const database = openPool(url, size);
  return {
    database,
    url,
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await drop();
    },
  };
}

/** Returns the error of a promise that must reject. */
export async function failure(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}
