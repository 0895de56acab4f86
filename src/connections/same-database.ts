import { randomInt } from 'node:crypto';
import type { Run } from './api-role-check.ts';

/** The first number of the locks that prove that two connections lead to one database. */
const lockClass = 7_237;

/**
 * Whether two connections lead to the same database: one takes a lock, and the other one finds it taken. Names and ids
 * prove less, since the copy of a server has the same ones. `run` runs in a transaction, which holds the lock.
 */
export async function isSameDatabase(run: Run, other: Run): Promise<boolean> {
  const lock = [String(lockClass), String(randomInt(2 ** 31))];
  await run('SELECT pg_advisory_xact_lock($1::int, $2::int)', lock);
  const [row] = await other<{ free: boolean }>('SELECT pg_try_advisory_xact_lock($1::int, $2::int) AS free', lock);
  return row?.free === false;
}

/** What is wrong if they are not, with the fix. */
export const anotherDatabase =
  'it leads to another database than DATABASE_URL: give both URLs the same host, port and database name';
