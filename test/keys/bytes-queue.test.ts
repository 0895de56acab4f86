import pg from 'pg';
import { expect, it } from 'vitest';
import { encodeId } from '../../src/ids.ts';
import { lockBytes } from '../../src/tenants/sql/usage.ts';
import { insertTenant } from '../api/rows.ts';
import { accepted, inline, submit } from '../api/submitting.ts';
import { graphql } from '../graphql.ts';
import { startService } from '../service.ts';
import { bearer, issueKey } from './asking.ts';

it('documents that wait for others of their tenant leave connections to other tenants', async () => {
  await using service = await startService({ worker: false, maintenance: false });
  const limited = await insertTenant(service, 'limited');
  const update =
    'mutation ($id: ID!, $input: UpdateTenantInput!) { updateTenant(id: $id, input: $input) { tenant { id } } }';
  const input = { limits: { bytesStored: 1_000_000_000 } };
  accepted(await graphql(service.url, update, { id: encodeId('tenant', limited), input }));
  const ofLimited = { authorization: bearer(await issueKey(service, ['WRITE'], { tenantId: limited })) };
  const ofOthers = { authorization: bearer(await issueKey(service, ['WRITE'])) };

  const holder = new pg.Client(service.config.databaseUrl ?? undefined);
  await holder.connect();
  try {
    await holder.query('BEGIN');
    await holder.query(lockBytes, [limited]);
    const source = await inline('one-page');
    // More than there are connections.
    const waiting = Promise.all(Array.from({ length: 40 }, () => submit(service, { source }, ofLimited)));
    const locks = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
                      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
    const waitingLocks = async () => (await holder.query(locks)).rowCount;
    await expect.poll(waitingLocks).toBe(1);
    for (let n = 0; n < 10; n += 1) await submit(service, { source }, ofOthers);
    expect(await waitingLocks()).toBe(1);
    await holder.query('ROLLBACK');
    expect(await waiting).toHaveLength(40);
  } finally {
    await holder.end();
  }
});
