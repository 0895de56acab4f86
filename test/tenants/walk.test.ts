import pLimit from 'p-limit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { defaultTenantId } from '../../src/api/context.ts';
import { schema } from '../../src/api/schema/schema.ts';
import { decodeId, encodeId, newUuid } from '../../src/ids.ts';
import { type Job, progressOf } from '../../src/job-row/job.ts';
import { fillLists } from '../api/full-lists.ts';
import { allPathsOf, connectionsOf, nameOf, queryOf } from '../api/paths.ts';
import { insertTenant } from '../api/rows.ts';
import { eventsOf } from '../graphql.ts';
import { bearer, issueKey } from '../keys/asking.ts';
import { type Service, startService } from '../service.ts';
import { argumentsOf } from './arguments.ts';
import type { Case } from './case.ts';
import { cases, filteredQueries, filterValues, namingTexts } from './foreign-ids.ts';
import { idsOf, makeObject, makeObjects, missingId, rowsOf } from './objects.ts';

/**
 * Uses every field and argument of the schema as one tenant, before and after another tenant has data, and with the
 * other tenant's ids. The schema generates it: a new argument that may name an object fails it until it has a case.
 *
 * The oracle needs no list of fields to protect. The responses on one's own data must not change when another tenant
 * gets data, and the id of another tenant's object must have the same effect as an id that names nothing.
 */
let service: Service;
let mine: string;
const theirs = defaultTenantId;
let myKey: string;
let theirKey: string;
/** The responses to all queries before the other tenant has data. */
const before = new Map<string, string>();
const foreign = new Map<string, string[]>();

const types = [
  'job',
  'page',
  'batch',
  'upload',
  'endpoint',
  'delivery',
  'key',
  'tenant',
  'worker',
  'operation',
] as const;
let theirIds: string[];
let theirRows: Record<string, string>;
let filled: Awaited<ReturnType<typeof fillLists>>;

const few = 3;

// Hundreds of queries take a minute on a busy machine.
vi.setConfig({ hookTimeout: 240_000, testTimeout: 240_000 });
const atOnce = pLimit(8);

beforeAll(async () => {
  // scripts/delete-tenant-filters.ts runs it without row-level security, too.
  const config = process.env.ONE_WALL ? { databaseApiUrl: null } : {};
  service = await startService({ worker: false, maintenance: false, config });
  mine = await insertTenant(service, 'mine');
  // Before the lists are filled: their newest items have everything that a query may ask for.
  for (const type of types) await makeObjects(service, mine, type);
  filled = await fillLists(service, few, mine);
  myKey = bearer(await issueKey(service, ['READ', 'WRITE'], { tenantId: mine }));
  theirKey = bearer(await issueKey(service, ['READ', 'WRITE']));
  await Promise.all([...queries()].map((query) => atOnce(async () => before.set(query, await read(query)))));
  await fillLists(service, few, theirs);
  for (const type of types) foreign.set(type, await makeObjects(service, theirs, type));
  await service.platform.database.query(
    `INSERT INTO idempotency_keys (tenant_id, key, job_id, fingerprint) SELECT $1, key, $2, '' FROM unnest($3::text[]) key`,
    [theirs, newUuid(), Object.keys(namingTexts)],
  );
  theirIds = await idsOf(service, theirs);
  theirRows = await rowsOf(service, theirs);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

/** Sends an operation; a subscription is answered by its first event. `meanwhile` runs once it is accepted. */
async function send(query: string, variables: object = {}, meanwhile = async () => {}, key = myKey): Promise<string> {
  const over = new AbortController();
  const isStream = query.startsWith('subscription');
  const response = await fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: key,
      ...(isStream ? { accept: 'text/event-stream' } : {}),
    },
    body: JSON.stringify({ query, variables }),
    signal: over.signal,
  });
  if (!isStream || response.body === null) return withoutRates(await response.text());
  await meanwhile();
  const { value } = await eventsOf(response.body).next();
  over.abort();
  return JSON.stringify(value ?? null);
}

/** A response without the requests that its sender has left. */
function withoutRates(text: string): string {
  return text.replace(/,?"rateLimit":\{[^}]*\}/g, '');
}

/** The response to a query, without what changes with time. */
async function read(query: string): Promise<string> {
  const text = await send(query);
  return text.replace(/token=[^"]+/g, 'token=').replace(/"(expiresAt|lastUsedAt)":("[^"]+"|null)/g, '"$1":""');
}

function argumentOf(argument: string, field: string, type: string): string | undefined {
  if (argument === 'id') return `"<${field}>"`;
  if (argument === 'format') return type === 'Batch' ? 'ZIP' : 'TEXT';
  return { number: '1', query: '"bee"' }[argument];
}

const argumentNames = argumentsOf(schema);
/** The conditions of filters that are no ids. The events of subscriptions have a test below. */
const conditions = argumentNames.filter(
  ({ type, path, valueType }) => path.startsWith('filter.') && valueType !== 'ID' && type !== 'Subscription',
);

const paths = allPathsOf(schema, argumentOf).filter(({ steps: [first] }) => first?.name !== 'node');

function* queries(): Generator<string> {
  for (const path of paths) {
    const query = queryOf(path, () => few);
    yield query.replace(/<(\w+)>/g, (_, what: string) => filled.ids[what] ?? `no id of ${what}`);
  }
  for (const { type, field, path, valueType } of conditions) {
    const [, name] = path.split('.');
    const query = filteredQueries[`${type}.${field}`];
    if (query !== undefined) yield query(`{ ${name}: ${filterValues[valueType]} }`);
  }
}

describe('the cases', () => {
  it('are complete: every argument that is an id has one', () => {
    const ids = argumentNames.filter(({ valueType }) => valueType === 'ID').map(({ name }) => name);
    expect(Object.keys(cases).sort()).toEqual(ids.sort());
  });

  it('include every condition of a filter', () => {
    const missing = conditions.filter(
      ({ type, field, valueType }) =>
        filteredQueries[`${type}.${field}`] === undefined || filterValues[valueType] === undefined,
    );
    expect(missing).toEqual([]);
  });

  it('include every text that may name something of a tenant', () => {
    // Texts that are stored, shown or searched for. Cursors are tested below.
    const harmless =
      /\b(after|before|name|query|password|pages|ocrLanguages|url|base64|filename|contentType|sha256|failureCode|action|outcome)\)$/;
    const texts = argumentNames.filter(({ name, valueType }) => valueType === 'String' && !harmless.test(name));
    expect(texts.map(({ name }) => name).sort()).toEqual(Object.keys(namingTexts).sort());
  });
});

describe('my queries', () => {
  it('reach objects on all paths through the schema', () => {
    expect(paths.length).toBeGreaterThan(80);
    const refused = [...before].filter(([, text]) => text.includes('"errors"'));
    for (const [query, text] of refused) expect(text, query).toContain('"code":"FORBIDDEN"');
    const empty = [...before].filter(([, text]) => /":(\[\]|null)\}*$/.test(text) && !text.includes('"errors"'));
    expect(empty.map(([query]) => query)).toEqual([]);
  });

  it('have the same responses when another tenant has the same data', async () => {
    const same = [...before].map(([query, text]) => atOnce(async () => ((await read(query)) === text ? [] : [query])));
    expect((await Promise.all(same)).flat()).toEqual([]);
  });

  it.each([
    ...new Set(paths.filter((path) => connectionsOf(path).length === 1 && path.steps.length === 1).map(nameOf)),
  ])('get none of their objects by their cursors: %s', async (name) => {
    const field = `${name}${name === 'searchPages' ? '(query: "bee", ' : '('}`;
    const cursors = JSON.parse(await send(`{ ${field}first: 2) { pageInfo { endCursor } } }`, {}, undefined, theirKey));
    const cursor = cursors.data?.[name].pageInfo.endCursor ?? '';
    for (const argument of name === 'searchPages' ? ['after'] : ['after', 'before']) {
      const text = await send(
        `{ ${field}${argument === 'before' ? 'last' : 'first'}: 100, ${argument}: "${cursor}") { edges { cursor node { __typename } } } }`,
      );
      expect(theirIds.filter((id) => text.includes(id))).toEqual([]);
      for (const id of theirIds) expect(text).not.toContain(decodeId('job', id) ?? 'no job');
    }
  });
});

/** A change of a job of theirs, then one of mine that says which batch it is from. */
async function changes(batch: string): Promise<void> {
  const { jobs, database } = service.platform;
  const row = await database.prisma.job.findFirstOrThrow({ where: { tenantId: theirs, batchId: { not: null } } });
  const batchId = decodeId('batch', batch);
  jobs.jobChanged({ ...progressOf(row satisfies Job), batchId });
  jobs.jobChanged({ ...progressOf(row), jobId: newUuid(), tenantId: mine, batchId, name: 'my own' });
}

/** The response to an operation, without the id. */
async function effectOf({ operation, variables }: Omit<Case, 'names'>, id: string): Promise<string> {
  const text = await send(operation, variables(id), () => changes(id));
  return text.replaceAll(id, '<id>').replace(/"jobId":"[^"]+"/, '"jobId":""');
}

const named = Object.entries(cases).flatMap(([name, each]) => each.names.map((type) => ({ name, type, each })));

describe("another tenant's id", () => {
  it.each(named)('has the effect of a missing one: $type in $name', async ({ type, each }) => {
    const ids = foreign.get(type) ?? [];
    const missing = await effectOf(each, missingId(type));
    expect(ids).not.toEqual([]);
    for (const id of ids) expect(await effectOf(each, id)).toBe(missing);
    expect(theirIds.filter((other) => missing.includes(other))).toEqual([]);
    // Otherwise the case would show nothing.
    const own = await effectOf(each, await makeObject(service, mine, type));
    if (each.forOperators) expect(own).toContain('FORBIDDEN');
    else if (!each.operation.includes('jobUpdates')) expect(own).not.toBe(missing);
  });

  it.each(Object.entries(namingTexts))('has the effect of a missing one: %s', async (name, each) => {
    const key = newUuid();
    const missing = await effectOf(each, key);
    // A key of theirs is named like the argument.
    expect(await effectOf(each, name)).toBe(missing);
    expect(await effectOf(each, key)).not.toBe(missing);
  });

  it('gets nothing through a path that was signed for another file', async () => {
    const [job] = foreign.get('job') ?? [];
    const own = encodeId('job', newUuid());
    const token = service.platform.secrets.sign('download', `${own}/text`, new Date(Date.now() + 60_000));
    const response = await fetch(`${service.url}/downloads/${job}/text?token=${token}`);
    expect(response.status).toBe(403);
  });
});

it('leaves every row of the other tenant as it was', async () => {
  // Their own refused queries are in the audit log.
  const unchanged = ({ audit_log: _, ...rows }: Record<string, string>) => rows;
  expect(unchanged(await rowsOf(service, theirs))).toEqual(unchanged(theirRows));
});
