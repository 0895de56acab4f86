import { type GraphQLInputType, getNullableType, isInputObjectType, isListType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../src/api/schema/schema.ts';
import { graphql } from '../graphql.ts';
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

describe('a list that is too long', () => {
  const query =
    'query ($status: [JobStatus!], $filter: JobFilter) { jobs(filter: $filter) { totalCount } more: jobs(filter: { status: $status }) { totalCount } }';
  const status = Array.from({ length: 101 }, () => 'PENDING');

  it.each([
    ['a variable', query, { status }, ['status']],
    ['a field of a variable', query, { filter: { status } }, ['filter', 'status']],
    ['a default', query.replace('[JobStatus!]', `[JobStatus!] = [${status.join(' ')}]`), {}, ['status']],
    [
      'millions of items',
      query,
      { filter: { status: Array.from({ length: 150_000 }, () => 'PENDING') } },
      ['filter', 'status'],
    ],
  ])('is refused with its path: %s', async (_, text, variables, path) => {
    const issues = [{ path, code: 'TOO_MANY_ITEMS' }];
    // HTTP only: a WebSocket message is limited to 1 MiB.
    const { errors } = await graphql(service.url, text, variables);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', issues } }]);
  });

  it('is refused as a literal', async () => {
    for (const { errors } of await overBoth({
      query: `{ jobs(filter: { status: [${status.join(' ')}] }) { totalCount } }`,
    })) {
      const issues = [{ path: ['status'], code: 'TOO_MANY_ITEMS' }];
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', issues } }]);
    }
  });

  it('has a maximum in the schema, like every list input', () => {
    const lists: [string, { type: GraphQLInputType; extensions: { maxItems?: number } }][] = [];
    for (const type of Object.values(schema.getTypeMap())) {
      if (type.name.startsWith('__')) continue;
      if (isInputObjectType(type)) {
        for (const field of Object.values(type.getFields())) lists.push([`${type.name}.${field.name}`, field]);
      }
      if (isObjectType(type)) {
        for (const field of Object.values(type.getFields())) {
          for (const arg of field.args) lists.push([`${type.name}.${field.name}(${arg.name})`, arg]);
        }
      }
    }
    const unbounded = lists.filter(
      ([, { type, extensions }]) => isListType(getNullableType(type)) && !extensions.maxItems,
    );
    expect(unbounded.map(([name]) => name)).toEqual([]);
    expect(lists.filter(([, { extensions }]) => extensions.maxItems)).not.toEqual([]);
  });
});

describe('a text that is too long for its variable', () => {
  const filter = 'query ($filter: JobFilter) { jobs(filter: $filter) { totalCount } }';
  const long = 'x'.repeat(100_000);

  it.each([
    ['an id', 'query ($id: ID!) { job(id: $id) { id } }', { id: `job_${long}` }, 'TOO_LONG'],
    [
      'an enum value',
      'query ($s: [JobStatus!]) { jobs(filter: { status: $s }) { totalCount } }',
      { s: [long] },
      'TOO_LONG',
    ],
    ['an enum value in place of a list', filter, { filter: { status: long } }, 'TOO_LONG'],
    ['a date', filter, { filter: { createdAfter: long } }, 'TOO_LONG'],
    ['a name', filter, { filter: { name: long } }, 'TOO_LONG'],
    ['a number', 'query ($n: Int) { jobs(first: $n) { totalCount } }', { n: long }, 'TOO_LONG'],
    ['a field that does not exist', filter, { filter: { [long]: 1 } }, 'TOO_LARGE'],
    [
      'many fields that do not exist',
      filter,
      { filter: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`statu${n}`, 1])) },
      'TOO_LARGE',
    ],
  ])('is refused, and not repeated: %s', async (_, query, variables, code) => {
    for (const { errors } of await overBoth({ query, variables })) {
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', issues: [{ code }] } }]);
      expect(JSON.stringify(errors).length).toBeLessThan(2_000);
    }
  });

  it('is refused once for each of at most 100 places', async () => {
    const metadata = { input: { items: Array.from({ length: 300 }, () => ({ name: long.slice(0, 70_000) })) } };
    const query = 'mutation ($input: CreateBatchInput!) { createBatch(input: $input) { batch { id } } }';
    const { errors = [] } = await graphql(service.url, query, metadata);
    expect(errors[0]?.extensions.issues).toHaveLength(100);
  });

  it('may be a long Base64 file, in a field or in its own variable', async () => {
    const file = Buffer.from(`%PDF-1.7 ${long}`).toString('base64');
    const field = 'mutation ($input: CreateJobInput!) { createJob(input: $input) { job { id } } }';
    const alone = 'mutation ($file: String) { createJob(input: { source: { base64: $file } }) { job { id } } }';
    for (const [query, variables] of [
      [field, { input: { source: { base64: file } } }],
      [alone, { file }],
    ] as const) {
      for (const { errors } of await overBoth({ query, variables })) expect(errors).toBeUndefined();
    }
  });
});

describe('a JSON value', () => {
  const query = 'mutation ($input: CreateJobInput!) { createJob(input: $input) { job { id } } }';
  // The resolver has other words for metadata that are too large.
  const message = 'must not hold more than 16384 values, 200 levels or 65536 characters';

  it.each([
    ['with too many values', Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`k${n}`, n]))],
    ['with too much text', { a: ['x'.repeat(100_000)] }],
    ['with too long keys', { ['x'.repeat(100_000)]: 1 }],
    ['nested too deeply', JSON.parse(`{"a":${'['.repeat(1_000)}${']'.repeat(1_000)}}`)],
  ])('%s is refused before it is parsed', async (_, metadata) => {
    const variables = { input: { source: { url: 'https://example.com/a.pdf' }, metadata } };
    for (const { errors } of await overBoth({ query, variables })) {
      expect(errors).toMatchObject([
        {
          extensions: { code: 'BAD_USER_INPUT', issues: [{ path: ['input', 'metadata'], code: 'TOO_LARGE', message }] },
        },
      ]);
    }
  });
});
