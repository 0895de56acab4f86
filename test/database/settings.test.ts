import { describe, expect, it } from 'vitest';
import { checkPostgres } from '../../src/connections/given-servers.ts';
import { migrate } from '../../src/connections/migrations.ts';
import { accepted, inline, submit, tryCreateJob } from '../api/submitting.ts';
import { ailing, completeOnce, pages, soon } from '../faults/watching.ts';
import { graphql } from '../graphql.ts';
import { startService } from '../service.ts';
import { openPool } from './opening.ts';
import { createRole, hostileSettings } from './roles.ts';

const log = () => undefined;
const demand = { processes: 1, connections: 10 };

describe('settings of the role', () => {
  it('have no effect: the database is migrated, jobs complete, and responses are the same', async () => {
    await using role = await createRole({ settings: hostileSettings });
    await checkPostgres(role.url, demand);
    expect(await migrate(role.url, { log })).not.toEqual([]);
    // Like a second start.
    expect(await migrate(role.url, { log })).toEqual([]);
    await using service = await startService({
      config: { databaseUrl: role.url, databaseApiUrl: null },
      overrides: { extractor: pages() },
    });
    const begun = Date.now();
    const source = await inline('one-page');
    const created = await Promise.all(Array.from({ length: 40 }, () => tryCreateJob(service, { source })));
    const ids = created.map((answer) => accepted(answer).createJob.job.id);
    await completeOnce(service, ids);
    const { jobs } = accepted(await graphql(service.url, '{ jobs(first: 40) { nodes { createdAt finishedAt } } }'));
    for (const { createdAt, finishedAt } of jobs.nodes) {
      expect(Math.abs(Date.parse(createdAt) - begun)).toBeLessThan(600_000);
      expect(Date.parse(finishedAt)).toBeGreaterThanOrEqual(Date.parse(createdAt));
    }
    const search = '{ searchPages(query: "page") { nodes { snippet } } }';
    expect(accepted(await graphql(service.url, search)).searchPages.nodes).not.toEqual([]);
    await expect.poll(() => ailing(service), soon).toEqual([]);
  });

  it('do not change the isolation level that our statements are written for', async () => {
    await using role = await createRole({ settings: { default_transaction_isolation: "'serializable'" } });
    await migrate(role.url, { log });
    await using database = openPool(role.url, 4);
    const shown = (name: string) => database.query(`SELECT current_setting('${name}') AS value`, []);
    expect(await shown('transaction_isolation')).toEqual([{ value: 'read committed' }]);
    const inTransaction = await database.transaction((query) => query('SHOW transaction_isolation', []));
    expect(inTransaction).toEqual([{ transaction_isolation: 'read committed' }]);
  });

  it('do not lower our limits for statements and locks', async () => {
    await using role = await createRole({ settings: hostileSettings });
    await using database = openPool(role.url, 2);
    expect(await database.query('SELECT pg_sleep(0.6)::text AS slept', [])).toEqual([{ slept: '' }]);
    const [row] = await database.query('SELECT 0.1::float8 + 0.2 AS sum, $1::bytea AS bytes, $2::text[] AS list', [
      Buffer.from([0, 92, 255]),
      ['NULL', null, '\\'],
    ]);
    expect(row).toEqual({ sum: 0.1 + 0.2, bytes: Buffer.from([0, 92, 255]), list: ['NULL', null, '\\'] });
  });

  it('do not weaken the durability of an accepted job', async () => {
    await using role = await createRole({ settings: hostileSettings });
    await using database = openPool(role.url, 1);
    expect(await database.query('SHOW synchronous_commit', [])).toEqual([{ synchronous_commit: 'on' }]);
    await using careful = await createRole({ settings: { synchronous_commit: 'remote_apply' } });
    await using other = openPool(careful.url, 1);
    expect(await other.query('SHOW synchronous_commit', [])).toEqual([{ synchronous_commit: 'remote_apply' }]);
  });
});

describe('a role with few connections', () => {
  it('is enough, though jobs may be accepted later', async () => {
    await using role = await createRole({ role: 'CONNECTION LIMIT 3' });
    await migrate(role.url, { log });
    await using service = await startService({
      config: { databaseUrl: role.url, databaseApiUrl: null },
      overrides: { extractor: pages() },
    });
    const source = await inline('one-page');
    const ids = [];
    // More at the same time may be OVERLOADED on a busy machine.
    for (let count = 0; count < 40; count += 8)
      ids.push(...(await Promise.all(Array.from({ length: 8 }, async () => (await submit(service, { source })).id))));
    await completeOnce(service, ids);
  });
});
