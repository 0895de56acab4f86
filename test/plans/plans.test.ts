import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { schema } from '../../src/api/schema/schema.ts';
import { encodeId } from '../../src/ids.ts';
import { fillLists } from '../api/full-lists.ts';
import { allPathsOf, nameOf, queryOf } from '../api/paths.ts';
import { insertTenant } from '../api/rows.ts';
import { eventsOf } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { argumentsOf } from '../tenants/arguments.ts';
import { cases, filteredQueries, filterValues } from '../tenants/foreign-ids.ts';
import { makeObject } from '../tenants/objects.ts';
import { copyRows } from './copies.ts';
import { logPlans, openPlanLog, type Reading } from './plan-log.ts';

/**
 * Uses every field of the schema and every argument that names an object in an installation with thousands of rows in
 * each table, and compares what the plans of PostgreSQL read. The schema generates the operations.
 */
let service: Service;
let mine: string;
let other: string;
let filled: Awaited<ReturnType<typeof fillLists>>;
let newPlans: () => Promise<Reading[]>;

const few = 3;
/** With these, each table that grows has more rows than a statement may read. */
const copies = 4_000;
/** Bounded reads, such as those of a part of a bulk operation, examine at most this many rows. */
const mostRows = 10_100;

vi.setConfig({ hookTimeout: 240_000, testTimeout: 240_000 });

beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
  mine = await insertTenant(service, 'mine');
  other = await insertTenant(service, 'other');
  for (const tenant of [other, mine]) {
    const types = ['job', 'batch', 'upload', 'endpoint', 'delivery'] as const;
    for (const type of types) await makeObject(service, tenant, type);
    filled = await fillLists(service, few, tenant);
  }
  const url = service.config.databaseUrl ?? '';
  await copyRows(url, copies);
  await logPlans(url);
  newPlans = await openPlanLog(url);
  await vi.waitFor(async () => expect(await send('{ jobs { nodes { id } } }')).not.toContain('errors'), 20_000);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

/** Sends an operation with a key for everything; a subscription lives until its first event. */
async function send(query: string, variables: object = {}): Promise<string> {
  const over = new AbortController();
  const isStream = query.startsWith('subscription');
  const response = await fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${filled.secret}`,
      accept: isStream ? 'text/event-stream' : 'application/json',
    },
    body: JSON.stringify({ query, variables }),
    signal: over.signal,
  });
  if (!isStream || response.body === null) return await response.text();
  // Its first event is a change.
  if (!query.includes('jobUpdates')) await eventsOf(response.body).next();
  over.abort();
  return '';
}

/** Returns the statements that have read many rows since the last call. */
async function largeReadings(): Promise<string[]> {
  const plans = await newPlans();
  return plans
    .filter(({ rows }) => rows > mostRows)
    .map(({ rows, statement }) => `${rows} rows: ${statement.trim().slice(0, 300)}`);
}

/** The arguments of fields, as `allPathsOf` needs them. */
function argumentOf(argument: string, field: string, type: string): string | undefined {
  if (argument === 'id') return `"<${field}>"`;
  if (argument === 'format') return type === 'Batch' ? 'ZIP' : 'TEXT';
  return { number: '1', query: '"bee"' }[argument];
}

const queries = allPathsOf(schema, argumentOf)
  .filter(({ steps: [first] }) => first?.name !== 'node')
  .map((path) => [nameOf(path), queryOf(path, () => few)] as const);
// Names have bounds of their own, which filters-large.test.ts checks.
const filters = argumentsOf(schema)
  .filter(
    ({ type, path, valueType }) => /^filter\.(?!name)/.test(path) && valueType !== 'ID' && type !== 'Subscription',
  )
  .flatMap(({ type, field, path, valueType }) => {
    const [, name] = path.split('.');
    const query = filteredQueries[`${type}.${field}`]?.(`{ ${name}: ${filterValues[valueType]} }`);
    return query === undefined ? [] : [[`${type}.${field}(${path})`, query] as const];
  });

it.each([...queries, ...filters])('%s', async (_name, query) => {
  const text = await send(query.replace(/<(\w+)>/g, (_, what: string) => filled.ids[what] ?? ''));
  expect(text).not.toContain('"errors"');
  expect(await largeReadings()).toEqual([]);
});

const named = Object.entries(cases).flatMap(([name, each]) => each.names.map((type) => [name, type, each] as const));

it.each(named)('%s of a %s', async (_name, type, { operation, variables }) => {
  // The limits of one's own tenant would apply to the next request.
  const id = type === 'tenant' ? encodeId('tenant', other) : await makeObject(service, mine, type, 'FAILED');
  await newPlans();
  await send(operation, variables(id));
  expect(await largeReadings()).toEqual([]);
});
