import { readdirSync } from 'node:fs';
import { describe, expect, inject, it } from 'vitest';
import { findMissing, migrate } from '../../src/connections/migrations.ts';
import { findChangedFunctions, readFunctions } from '../../src/connections/sql-functions.ts';
import { runCommand } from '../start/commands.ts';
import { type OpenedDatabase, openFreshDatabase } from './opening.ts';

/**
 * Functions whose results are stored, in generated columns and indexes. A migration that changes the function must also
 * rewrite these.
 */
const storedResults = [
  'pagehive_fold',
  'pagehive_form',
  'pagehive_gram',
  'pagehive_grams',
  'pagehive_lower',
  'pagehive_status_key',
  'pagehive_words',
];

const log = () => undefined;
const names = readFunctions().map(({ name }) => name);
const migrations = readdirSync('prisma/migrations', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

async function changedIn({ database }: OpenedDatabase): Promise<string[]> {
  return (await findChangedFunctions(database.query)).map(({ name }) => name);
}

it('every function of a migrated database has a file in prisma/functions, unless its results are stored', async () => {
  await using opened = await openFreshDatabase(1);
  const functions = await opened.database.query<{ name: string }>(
    `SELECT proname AS name FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY proname`,
    [],
  );
  expect(functions.map(({ name }) => name)).toEqual([...names, ...storedResults].sort());
  expect(await changedIn(opened)).toEqual([]);
});

it('every trigger of a migrated database runs a function of prisma/functions', async () => {
  await using opened = await openFreshDatabase(1);
  const triggers = await opened.database.query<{ name: string }>(
    `SELECT DISTINCT p.proname AS name FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal`,
    [],
  );
  expect(names).toEqual(expect.arrayContaining(triggers.map(({ name }) => name)));
});

describe('a function that differs from its file', () => {
  it.each([
    [
      'a changed body',
      'count_in_batch',
      'CREATE OR REPLACE FUNCTION count_in_batch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$',
    ],
    ['another volatility', 'pagehive_query', 'ALTER FUNCTION pagehive_query IMMUTABLE'],
    ['a missing function', 'claim_jobs', 'DROP FUNCTION claim_jobs'],
    ['a missing trigger', 'index_job_names', 'DROP TRIGGER index_job_names ON jobs'],
    ['a disabled trigger', 'owe_job_webhook', 'ALTER TABLE jobs DISABLE TRIGGER owe_webhook_of_job'],
    [
      'a trigger with another condition',
      'owe_batch_webhook',
      `CREATE OR REPLACE TRIGGER owe_webhook_of_batch AFTER UPDATE OF percent, finished_at ON batches FOR EACH ROW
        WHEN (NEW.webhook_id IS NOT NULL) EXECUTE FUNCTION owe_batch_webhook()`,
    ],
    ['a file of another version', 'owe_webhook', `COMMENT ON FUNCTION owe_webhook IS 'pagehive 0123 4567'`],
  ])('is found and replaced by migrate: %s', async (_what, name, change) => {
    await using opened = await openFreshDatabase(1);
    await opened.database.query(change, [], { prepared: false });
    expect(await changedIn(opened)).toEqual([name]);
    expect(await migrate(opened.url, { log })).toEqual([name]);
    expect(await changedIn(opened)).toEqual([]);
    expect(await migrate(opened.url, { log })).toEqual([]);
  });

  it.each([
    ['serve', 'ALTER FUNCTION claim_jobs COST 1', 'the function claim_jobs'],
    [
      'serve',
      `DELETE FROM "_prisma_migrations" WHERE migration_name = '${migrations.at(-1)}'`,
      migrations.at(-1) ?? '',
    ],
    [
      'work',
      'ALTER TABLE jobs DISABLE TRIGGER USER',
      ['count_in_batch', 'count_pages', 'erase_credentials', 'index_job_names', 'owe_job_webhook']
        .map((name) => `the function ${name}`)
        .join(', '),
    ],
    ['maintain', 'DROP SCHEMA public CASCADE; CREATE SCHEMA public', migrations.join(', ')],
  ])('keeps %s from starting, with the command that replaces it', async (command, change, what) => {
    await using opened = await openFreshDatabase(1);
    await opened.database.query(change, [], { prepared: false });
    const { code, stderr } = await runCommand(command, { DATABASE_URL: opened.url, REDIS_URL: inject('redisUrl') });
    expect([code, stderr.trim()]).toEqual([
      2,
      `pagehive: the database of DATABASE_URL is not migrated to this version (it lacks ${what}): run \`pagehive migrate\` first`,
    ]);
  });

  it('lets serve start if a newer version has replaced them', async () => {
    await using opened = await openFreshDatabase(1);
    await opened.database.query('ALTER FUNCTION claim_jobs COST 1', [], { prepared: false });
    await opened.database.query(
      `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, finished_at) VALUES ('newer', '', '29991231000000_newer', now())`,
      [],
    );
    expect(await findMissing(opened.database.query)).toEqual([]);
  });
});
