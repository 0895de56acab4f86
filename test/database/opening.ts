import { type Database, openDatabase } from '../../src/connections/database.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { createDatabase } from '../service.ts';

export const poolName = 'pool under test';

/** A pool of at most so many connections. */
export function openPool(url: string, size: number): Database {
  return openDatabase({ url, size, name: poolName, logger: createLogger({ logLevel: 'silent' }, 'test') });
}

/** A pool of its own on a fresh database. */
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

/** The error of what must fail. */
export async function failure(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}
