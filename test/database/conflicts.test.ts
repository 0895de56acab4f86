import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isConflict } from '../../src/connections/postgres/database-errors.ts';
import { failure, type OpenedDatabase, openFreshDatabase } from './opening.ts';

let opened: OpenedDatabase;
beforeAll(async () => {
  opened = await openFreshDatabase(4);
  const { database } = opened;
  await database.query('CREATE TABLE kept (n int PRIMARY KEY, value int NOT NULL DEFAULT 0)', []);
  await database.query('CREATE SEQUENCE tries', []);
  // `nextval` is not rolled back, so the function fails only the first times.
  await database.query(
    `CREATE FUNCTION fail_at_first(code text, times int) RETURNS int LANGUAGE plpgsql AS $$
     BEGIN
       IF nextval('tries') <= times THEN RAISE EXCEPTION 'simulated conflict' USING ERRCODE = code; END IF;
       RETURN currval('tries');
     END $$`,
    [],
  );
});
afterAll(async () => {
  await opened[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await opened.database.query('TRUNCATE kept', []);
  await opened.database.query('ALTER SEQUENCE tries RESTART', []);
});

const rows = () => opened.database.query<{ n: number }>('SELECT n FROM kept ORDER BY n', []);

describe.each([
  ['a serialization failure', '40001'],
  ['a deadlock', '40P01'],
])('after %s', (_, code) => {
  it('a statement is retried, without effects of its failed attempts', async () => {
    await opened.database.query('INSERT INTO kept SELECT 1 FROM fail_at_first($1, 3)', [code]);
    expect(await rows()).toEqual([{ n: 1 }]);
  });

  it('a Prisma statement is retried', async () => {
    const [row] = await opened.database.prisma.$queryRaw<{ n: number }[]>`SELECT fail_at_first(${code}, 3) AS n`;
    expect(row?.n).toBe(4);
  });

  it('a transaction is retried from its beginning', async () => {
    let runs = 0;
    await opened.database.transaction(async (query) => {
      runs += 1;
      await query('INSERT INTO kept VALUES ($1)', [runs]);
      await query('SELECT fail_at_first($1, 2)', [code]);
    });
    expect(runs).toBe(3);
    expect(await rows()).toEqual([{ n: 3 }]);
  });

  it('the error is thrown after too many retries', async () => {
    const error = await failure(opened.database.query('SELECT fail_at_first($1, 1000)', [code]));
    expect(isConflict(error)).toBe(true);
  });
});

describe('a transaction', () => {
  it('does all or nothing', async () => {
    const { transaction } = opened.database;
    const error = new Error('changed my mind');
    const failing = transaction(async (query) => {
      await query('INSERT INTO kept VALUES (1)', []);
      throw error;
    });
    expect(await failure(failing)).toBe(error);
    expect(await rows()).toEqual([]);
  });

  it('fails if one of its statements failed, even if that error was caught', async () => {
    const overlooking = opened.database.transaction(async (query) => {
      await query('INSERT INTO kept VALUES (1)', []);
      await query('INSERT INTO kept VALUES (1)', []).catch(() => undefined);
    });
    expect(await failure(overlooking)).toMatchObject({ message: expect.stringContaining('rolled back') });
    expect(await rows()).toEqual([]);
  });

  it('survives a real deadlock with another one', async () => {
    const { query, transaction } = opened.database;
    await query('INSERT INTO kept VALUES (1), (2)', []);
    // In their first run only, each locks its first row before either asks for its second.
    let waiting: (() => void)[] = [];
    const meet = () =>
      new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (waiting.length < 2) return;
        for (const go of waiting) go();
        waiting = [];
      });
    const update = (first: number, second: number) => {
      let meeting = meet;
      return transaction(async (send) => {
        await send('UPDATE kept SET value = value + 1 WHERE n = $1', [first]);
        await meeting();
        meeting = () => Promise.resolve();
        await send('UPDATE kept SET value = value + 1 WHERE n = $1', [second]);
      });
    };
    await Promise.all([update(1, 2), update(2, 1)]);
    expect(await query('SELECT value FROM kept ORDER BY n', [])).toEqual([{ value: 2 }, { value: 2 }]);
  });
});
