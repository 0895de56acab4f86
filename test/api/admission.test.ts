import { getNamedType, getNullableType, isListType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../src/api/schema/schema.ts';
import { defaultOperationLimits as limits } from '../../src/config/operation-limits.ts';
import { type Service, startService } from '../service.ts';
import { overBothTransports } from './both-transports.ts';
import type { Operation } from './websocket-client.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const overBoth = (operation: Operation) => overBothTransports(service.url, operation);

const many = (count: number, text: (n: number) => string) => Array.from({ length: count }, (_, n) => text(n)).join(' ');

/** Fragments that each spread the next one twice: the text stays short, but the selection doubles with each level. */
function doubling(levels: number): string {
  const fragment = (n: number) =>
    `fragment F${n} on Batch { jobs { nodes { a: batch { ...F${n + 1} } b: batch { ...F${n + 1} } } } }`;
  return `{ batches { nodes { ...F0 } } } ${many(levels, fragment)} fragment F${levels} on Batch { id }`;
}

/** Fragments that each select the same fields of the same object. */
function repeating(count: number): string {
  const spreads = many(count, (n) => `...F${n}`);
  return `{ jobs { nodes { ${spreads} } } } ${many(count, (n) => `fragment F${n} on Job { source { kind } }`)}`;
}

/** Fragments that each spread the next one, and the last one the first. */
function cyclic(count: number): string {
  return `{ jobs { nodes { ...F0 } } } ${many(count, (n) => `fragment F${n} on Job { id ...F${(n + 1) % count} }`)}`;
}

const pages = 'pages(first: 100) { nodes { text markdown blocks { text } links { url } } }';

it('an operation of a large application is accepted: 40 fragments that select the same fields', async () => {
  for (const { data, errors } of await overBoth({ query: repeating(40) })) {
    expect(errors).toBeUndefined();
    expect(data).toEqual({ jobs: { nodes: [] } });
  }
});

describe('an operation over a limit', () => {
  const refused: [string, string, string][] = [
    ['too many bytes', 'QUERY_TOO_LARGE', `{ __typename } # ${'x'.repeat(limits.queryBytes)}`],
    ['megabytes of text', 'QUERY_TOO_LARGE', `{ __typename } # ${'蜂'.repeat(300_000)}`],
    ['too many tokens', 'QUERY_TOO_LARGE', `{ ${'id '.repeat(limits.queryTokens)} }`],
    [
      'deeply nested lists',
      'QUERY_TOO_LARGE',
      `{ jobs(filter: { status: ${'['.repeat(4_000)}${']'.repeat(4_000)} }) { totalCount } }`,
    ],
    [
      'deeply nested fields',
      'QUERY_TOO_LARGE',
      `{ jobs { nodes ${'{ batch { jobs { nodes '.repeat(10)} { id } ${'} } }'.repeat(10)} } }`,
    ],
    ['depth hidden in fragments', 'QUERY_TOO_LARGE', doubling(10)],
    ['a field again and again', 'QUERY_TOO_LARGE', `{ jobs { ${many(500, () => 'nodes { source { kind } }')} } }`],
    ['a field again and again in fragments', 'QUERY_TOO_LARGE', repeating(250)],
    ['too many fragments in each other', 'QUERY_TOO_LARGE', cyclic(400)],
    ['too many aliases', 'QUERY_TOO_LARGE', `{ jobs { nodes { ${many(300, (n) => `a${n}: id`)} } } }`],
    ['too many root fields', 'QUERY_TOO_LARGE', `{ ${many(101, () => '__typename')} }`],
    [
      'root fields from fragments',
      'QUERY_TOO_LARGE',
      `{ ...A ...A ...A } fragment A on Query { ${many(40, () => '__typename')} }`,
    ],
    [
      'the pages of many jobs',
      'QUERY_TOO_EXPENSIVE',
      `{ a: jobs(first: 30) { nodes { ${pages} } } b: jobs(first: 30) { nodes { ${pages} } } }`,
    ],
    [
      'rows as both nodes and edges',
      'QUERY_TOO_EXPENSIVE',
      `{ jobs(first: 100) { nodes { ${pages} } edges { node { ${pages} } } } }`,
    ],
    ['exponential fragments', 'QUERY_TOO_EXPENSIVE', doubling(5)],
    [
      'a hundred searches',
      'QUERY_TOO_EXPENSIVE',
      `{ ${many(100, (n) => `s${n}: searchPages(query: "bee") { complete }`)} }`,
    ],
    [
      'circular introspection',
      'QUERY_TOO_EXPENSIVE',
      `{ __schema { types { ${many(99, (n) => `f${n}: fields { type { fields { type { name } } } }`)} } } }`,
    ],
  ];

  it.each(refused)('is refused over HTTP and WebSocket: %s', async (_, code, query) => {
    for (const { data, errors = [] } of await overBoth({ query })) {
      expect(data ?? null).toBeNull();
      expect(errors.map(({ extensions }) => extensions.code)).toEqual([code]);
    }
  });

  it('is also refused as a subscription', async () => {
    const query = `subscription { jobUpdates { job { batch { jobs(first: 100) { nodes { ${pages} } } } } } }`;
    for (const { errors } of await overBoth({ query })) {
      expect(errors).toMatchObject([{ extensions: { code: 'QUERY_TOO_EXPENSIVE' } }]);
    }
  });

  it('fails with its cost and the limit', async () => {
    const query = `query ($n: Int) { jobs(first: $n) { nodes { ${pages} } } }`;
    for (const { errors } of await overBoth({ query, variables: { n: 100 } })) {
      expect(errors).toMatchObject([{ extensions: { cost: expect.any(Number), limit: limits.queryCost } }]);
    }
    for (const { errors } of await overBoth({ query, variables: { n: 1 } })) expect(errors).toBeUndefined();
  });
});

describe('the cost of an accepted operation', () => {
  async function costOf(query: string, variables = {}): Promise<number> {
    const [http, webSocket] = await overBoth({ query, variables });
    expect(http?.errors).toBeUndefined();
    expect(webSocket?.extensions).toEqual(http?.extensions);
    return http?.extensions?.cost ?? Number.NaN;
  }

  it('is in the extensions of the response', async () => {
    expect(await costOf('{ __typename }')).toBe(1);
  });

  it('multiplies by the page size: literal, variable, default of the variable, or default of the schema', async () => {
    const rows = async (args: string, variables = {}) =>
      await costOf(
        `query ($n: Int = 30) { jobs(${args}) { nodes { id name } } probe: jobs(first: $n) { pageInfo { hasNextPage } } }`,
        variables,
      );
    const of10 = await rows('first: 10');
    expect((await rows('first: 20')) - of10).toBe(30);
    expect((await rows('last: 20')) - of10).toBe(30);
    expect(await rows('after: null')).toBe(await rows('first: 20'));
    expect((await rows('first: $n')) - of10).toBe(60);
    expect(await rows('first: $n', { n: 10 })).toBe(of10);
  });

  it('excludes skipped fields', async () => {
    const query = 'query ($no: Boolean = false) { jobs { nodes { id } } batches @include(if: $no) { nodes { id } } }';
    expect(await costOf(query)).toBe(await costOf('{ jobs { nodes { id } } }'));
    expect(await costOf(query, { no: true })).toBeGreaterThan(await costOf(query));
  });

  it('is under the limit for the standard introspection query', async () => {
    const { getIntrospectionQuery } = await import('graphql');
    expect(await costOf(getIntrospectionQuery({ descriptions: true, inputValueDeprecation: true }))).toBeLessThan(
      limits.queryCost,
    );
  });

  it('is under the limit for every detail of a hundred pages', async () => {
    const details =
      'blocks { text rows { text } } annotations { text } formFields { name } links { url } hiddenText { text }';
    const query = `query ($id: ID!) { job(id: $id) { result { pages(first: 100) { nodes { number text markdown ${details} } } } } }`;
    expect(await costOf(query, { id: 'job_01h455vb4pex5vsknk084sn02q' })).toBeLessThan(limits.queryCost);
  });

  it('has a declared length for every list of objects that is not a connection', () => {
    const undeclared = Object.values(schema.getTypeMap())
      .filter(isObjectType)
      .filter(({ name }) => !name.startsWith('__'))
      .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })))
      .filter(({ type, field }) => isListType(getNullableType(field.type)) && type.getFields().pageInfo === undefined)
      .filter(({ field }) => isObjectType(getNamedType(field.type)) && field.extensions.cost?.items === undefined)
      .map(({ type, field }) => `${type.name}.${field.name}`);
    expect(undeclared).toEqual([]);
  });
});
