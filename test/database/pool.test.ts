import { AsyncLocalStorage, executionAsyncResource } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';
import type { Database } from '../../src/connections/database.ts';
import {
  isBusy,
  isCancelled,
  isConnectionError,
  isStatementTimeout,
} from '../../src/connections/postgres/database-errors.ts';
import { failure, openFreshDatabase, openPool, poolName } from './opening.ts';

const never = new AbortController().signal;

async function backend(database: Database): Promise<number | undefined> {
  const [row] = await database.query<{ pid: number }>('SELECT pg_backend_pid() AS pid', []);
  return row?.pid;
}

describe('a pool of connections', () => {
  it('alternates between owners, so that a hundred statements of one delay another by only a few', async () => {
    await using opened = await openFreshDatabase(2);
    const { database } = opened;
    const order: string[] = [];
    const send = (owner: string) =>
      database.within({ owner, atOnce: 10, signal: never }, async () => {
        await database.query('SELECT pg_sleep(0.005)', []);
        order.push(owner);
      });
    const greedy = Array.from({ length: 100 }, () => send('greedy'));
    await Promise.all([...greedy, send('modest'), send('shy')]);
    expect(order.indexOf('modest')).toBeLessThan(6);
    expect(order.indexOf('shy')).toBeLessThan(6);
    expect(order).toHaveLength(102);
  });

  it('limits the concurrent statements of an owner, by query and Prisma together', async () => {
    await using opened = await openFreshDatabase(8);
    const { database } = opened;
    const active = `SELECT count(*)::int AS n, pg_sleep(0.05)::text FROM pg_stat_activity
                     WHERE application_name = '${poolName}' AND state = 'active'`;
    const counts: number[] = [];
    await database.within({ owner: 'one', atOnce: 3, signal: never }, async () => {
      const reads = Array.from({ length: 12 }, async (_, index) => {
        const [row] =
          index % 2 === 0
            ? await database.query<{ n: number }>(active, [])
            : await database.prisma.$queryRawUnsafe<{ n: number }[]>(active);
        counts.push(row?.n ?? 0);
      });
      await Promise.all(reads);
    });
    expect(counts).toHaveLength(12);
    expect(Math.max(...counts)).toBeLessThanOrEqual(3);
  });

  it('cancels the running statement when its scope is aborted, and reuses the connection', async () => {
    await using opened = await openFreshDatabase(1);
    const { database } = opened;
    const before = await backend(database);
    const scope = new AbortController();
    const slow = database.within({ owner: 'gone', atOnce: 2, signal: scope.signal }, () => [
      database.query('SELECT pg_sleep(60)', []),
      database.query('SELECT 1', []),
    ]);
    await using observer = await openFreshDatabase(1);
    const sleeping = () =>
      observer.database.query(
        `SELECT 1 AS found FROM pg_stat_activity WHERE pid = $1 AND state = 'active' AND query LIKE '%pg_sleep%'`,
        [before ?? 0],
      );
    await expect.poll(sleeping).toHaveLength(1);
    scope.abort(new Error('the client hung up'));
    for (const error of await Promise.all(slow.map(failure))) {
      expect(isCancelled(error)).toBe(true);
      expect(error).toMatchObject({ cause: { message: 'the client hung up' } });
    }
    expect(await backend(database)).toBe(before);
  });

  it('sends nothing for an aborted scope', async () => {
    await using opened = await openFreshDatabase(1);
    const { database } = opened;
    await database.query('CREATE TABLE written (n int)', []);
    const scope = { owner: 'gone', atOnce: 1, signal: AbortSignal.abort() };
    const write = database.within(scope, () => database.query('INSERT INTO written VALUES (1)', []));
    expect(isCancelled(await failure(write))).toBe(true);
    expect(await database.query('SELECT n FROM written', [])).toEqual([]);
  });

  it('reads again when a batched Prisma read is cancelled by another caller', async () => {
    await using opened = await openFreshDatabase(2);
    const { database } = opened;
    const [tenant] = await database.prisma.tenant.findMany({ take: 1 });
    const id = tenant?.id ?? '';
    const scope = new AbortController();
    const read = (owner: string, signal: AbortSignal) =>
      database.within(
        { owner, atOnce: 1, signal },
        async () => await database.prisma.tenant.findUnique({ where: { id } }),
      );
    const { stays } = await database.transaction(async (query) => {
      await query('LOCK TABLE tenants IN ACCESS EXCLUSIVE MODE', []);
      const [leaves, stays] = [read('leaves', scope.signal), read('stays', never)];
      const waiting = `SELECT 1 AS found FROM pg_locks WHERE NOT granted AND relation = 'tenants'::regclass`;
      await expect.poll(() => query(waiting, [])).toHaveLength(1);
      scope.abort();
      expect(isCancelled(await failure(leaves))).toBe(true);
      return { stays };
    });
    expect(await stays).toMatchObject({ id });
  });

  it('reports that it is busy, not that the database is unreachable, while all connections stay in use', async () => {
    await using opened = await openFreshDatabase(1);
    const { database } = opened;
    const busy = database.transaction(async (query) => {
      await query('SELECT pg_sleep(3)', []);
      await query('SELECT pg_sleep(3)', []);
    });
    for (const error of await Promise.all([database.query('SELECT 1', []), database.prisma.job.count()].map(failure))) {
      expect(isBusy(error)).toBe(true);
      expect(isConnectionError(error)).toBe(false);
    }
    await busy;
    expect(await database.query('SELECT 1 AS one', [])).toEqual([{ one: 1 }]);
  });

  it('reports that a statement took too long, not that the database is unreachable', async () => {
    await using opened = await openFreshDatabase(2);
    const { database } = opened;
    const slow = [database.query('SELECT pg_sleep(60)', []), database.prisma.$queryRaw`SELECT pg_sleep(60)::text`];
    for (const error of await Promise.all(slow.map(failure))) {
      expect(isStatementTimeout(error)).toBe(true);
      expect(isConnectionError(error)).toBe(false);
      expect(isBusy(error)).toBe(false);
    }
  });

  it('waits while the server refuses more connections', async () => {
    await using opened = await openFreshDatabase(1);
    const { database, url } = opened;
    const limited = new URL(url);
    limited.username = limited.pathname.slice(1);
    limited.password = 'x';
    await database.query(`CREATE ROLE ${limited.username} LOGIN PASSWORD 'x' CONNECTION LIMIT 2`, []);
    {
      // The pool asks for eight connections where only two are allowed.
      await using pool = openPool(limited.href, 8);
      const one = () => pool.query('SELECT 1 AS one, pg_sleep(0.01)::text AS slept', []);
      const answers = await Promise.all(Array.from({ length: 40 }, one));
      for (const rows of answers) expect(rows).toEqual([{ one: 1, slept: '' }]);
    }
    await database.query(`DROP ROLE ${limited.username}`, []);
  });

  it('leaves nothing in later asynchronous contexts once it is closed', async () => {
    const context = new AsyncLocalStorage<string>();
    // Node.js 20 copies the stores of all contexts in use into each promise.
    const stores = () =>
      context.run('test', async () => {
        await null;
        const symbols = Object.getOwnPropertySymbols(executionAsyncResource());
        return symbols.filter(({ description }) => description === 'kResourceStore').length;
      });
    await using opened = await openFreshDatabase(1);
    const before = await stores();
    {
      await using pool = openPool(opened.url, 1);
      const scope = { owner: 'one', atOnce: 1, signal: never };
      expect(await pool.within(scope, () => pool.query('SELECT 1 AS one', []))).toEqual([{ one: 1 }]);
    }
    expect(await stores()).toBe(before);
    context.disable();
  });
});
