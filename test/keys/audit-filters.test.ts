import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type AuditFilter, type AuditPart, examinedAtOnce, listEntries, readEntries } from '../../src/audit/read.ts';
import { encodeId, uuidAt } from '../../src/ids.ts';
import { readsBy } from '../jobs/plan-reads.ts';
import { type Service, startService } from '../service.ts';
import { ask, bearer, issueKey } from './asking.ts';

vi.setConfig({ hookTimeout: 240_000 });

const entries = 300_000;
const began = Date.UTC(2026, 0, 1);
const time = (n: number) => new Date(began + n * 1_000);

const [tenant, otherTenant, noTenant] = [1, 2, 3].map((n) => `00000000-0000-7000-8000-00000000000${n}`);
const [key, otherKey] = [4, 5].map((n) => `00000000-0000-7000-8000-00000000000${n}`);

let service: Service;
let operator: string;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
  // One entry a second. Tenant and key change halfway; failures and rare actions are the oldest entries.
  const client = new pg.Client({ connectionString: service.config.databaseUrl ?? undefined });
  await client.connect();
  await client.query(
    `INSERT INTO audit_log (id, at, tenant_id, actor, key_id, address, action, target, outcome)
     SELECT (substr(hex, 1, 8) || '-' || substr(hex, 9, 4) || '-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
            to_timestamp($2::float8 / 1000) + n * interval '1 second', (CASE WHEN n < $1::int / 2 THEN $3 ELSE $4 END)::uuid, 'API_KEY',
            (CASE WHEN n < $1::int / 2 THEN $5 ELSE $6 END)::uuid, '127.0.0.1', CASE WHEN n < 50 THEN 'rare' ELSE 'createJob' END,
            CASE WHEN n % 2 = 0 THEN 'job_even' ELSE 'job_' || n END, CASE WHEN n < 100 THEN 'FORBIDDEN' ELSE 'OK' END
       FROM generate_series(0, $1::int - 1) n, lpad(to_hex($2::bigint + n * 1000), 12, '0') hex`,
    [entries, began, tenant, otherTenant, key, otherKey],
  );
  await client.query('ANALYZE audit_log');
  await client.end();
  operator = bearer(await issueKey(service, ['OPERATOR']));
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const limit = 21;
const newest: AuditPart = { limit, inverted: false };

/** Conditions that an index meets alone, with the number of the newest entry that meets them. */
const single: [string, AuditFilter, number | null][] = [
  ['nothing', {}, entries - 1],
  ['a tenant', { tenantId: tenant }, entries / 2 - 1],
  ['a tenant without entries', { tenantId: noTenant }, null],
  ['a key', { keyId: key }, entries / 2 - 1],
  ['a frequent action', { action: 'createJob' }, entries - 1],
  ['a rare action', { action: 'rare' }, 49],
  ['an unknown action', { action: 'unknown' }, null],
  ['a frequent target', { target: 'job_even' }, entries - 2],
  ['one target', { target: 'job_77' }, 77],
  ['a frequent outcome', { outcome: 'OK' }, entries - 1],
  ['a rare outcome', { outcome: 'FORBIDDEN' }, 99],
  ['an unknown outcome', { outcome: 'NOT_FOUND' }, null],
  ['an old time', { createdBefore: time(500) }, 499],
  ['a new time', { createdAfter: time(entries - 500) }, entries - 1],
  ['a time without entries', { createdAfter: time(entries) }, null],
  ['times', { createdAfter: time(1_000), createdBefore: time(1_010) }, 1_009],
  ['a tenant and an old time', { tenantId: tenant, createdBefore: time(500) }, 499],
  ['a rare action and an outcome', { action: 'rare', outcome: 'FORBIDDEN' }, 49],
];

/** Conditions that rarely occur together. */
const combined: [string, AuditFilter][] = [
  ['a tenant and a key of another', { tenantId: otherTenant, keyId: key }],
  ['a frequent target and the older tenant', { target: 'job_even', tenantId: tenant }],
  ['a key and a rare action', { keyId: key, action: 'rare' }],
  ['a key and an action of others', { keyId: otherKey, action: 'rare' }],
  ['a frequent action and a rare outcome', { action: 'createJob', outcome: 'FORBIDDEN' }],
  ['a tenant and an unknown action', { tenantId: tenant, action: 'unknown' }],
  ['a frequent target and an unknown action', { target: 'job_even', action: 'unknown' }],
  ['a tenant and a frequent outcome', { tenantId: tenant, outcome: 'OK' }],
];

describe('a page of the audit log', () => {
  it.each(single)('by %s reads few entries', async (_, filter, expected) => {
    const { database } = service.platform;
    for (const inverted of [false, true]) {
      const { rows, whole } = await readsBy(database, (each) => listEntries(each, filter, { limit, inverted }));
      expect(whole).toEqual([]);
      expect(rows).toBeLessThan(2_500);
    }
    const found = await listEntries(database, filter, newest);
    expect(found.examinedTo).toBeNull();
    expect(found.entries[0]?.at).toEqual(expected === null ? undefined : time(expected));
  });

  it.each(combined)('by %s reads a bounded number of entries', async (_, filter) => {
    for (const inverted of [false, true]) {
      const { rows, whole } = await readsBy(service.platform.database, (each) =>
        listEntries(each, filter, { limit, inverted }),
      );
      expect(whole).toEqual([]);
      // Once for the entries and once for the end of the window.
      expect(rows).toBeLessThan(2 * examinedAtOnce + 100);
    }
  });

  it.each(combined)('by %s leads to all others', async (_, filter) => {
    const { database } = service.platform;
    const { tenantId, keyId, action, target, outcome } = filter;
    const expected = await database.prisma.auditLog.count({ where: { tenantId, keyId, action, target, outcome } });
    let read = 0;
    for await (const _ of readEntries(database, filter)) read += 1;
    expect(read).toBe(expected);
  });
});

it('auditLog continues after the entries that a page has examined', async () => {
  const query = `query ($first: Int, $last: Int, $after: String, $before: String, $filter: AuditLogFilter) {
    auditLog(first: $first, last: $last, after: $after, before: $before, filter: $filter) {
      nodes { at } pageInfo { hasNextPage endCursor hasPreviousPage startCursor }
    } }`;
  const page = async (variables: object) => {
    const filter = { target: 'job_even', tenant: encodeId('tenant', tenant ?? '') };
    const { data } = await ask(service.url, operator, query, { variables: { filter, ...variables } });
    return data.auditLog;
  };
  // The newest half of the entries belongs to another tenant.
  const first = await page({ first: 2 });
  expect(first.nodes).toEqual([]);
  expect(first.pageInfo.hasNextPage).toBe(true);
  const second = await page({ first: 2, after: first.pageInfo.endCursor });
  expect(second.nodes).toEqual([entries / 2 - 2, entries / 2 - 4].map((n) => ({ at: time(n).toISOString() })));
  const last = await page({ last: 1, before: uuidAt(time(-1).getTime()) });
  expect(last).toEqual({
    nodes: [{ at: time(0).toISOString() }],
    pageInfo: expect.objectContaining({ hasPreviousPage: true }),
  });
});
