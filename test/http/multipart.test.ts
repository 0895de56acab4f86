import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultLimits } from '../../src/config/config.ts';
import { storedKeys } from '../api/submitting.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
beforeAll(async () => {
  const limits = { ...defaultLimits, inlineBytes: 4 * 1024 ** 2 };
  service = await startService({ worker: false, maintenance: false, config: { limits } });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

type Part = [name: string, value: string | Blob];

async function send(parts: Part[]) {
  const form = new FormData();
  for (const [name, value] of parts) {
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, value, 'a.pdf');
  }
  return await sendRaw(form, {});
}

async function sendRaw(body: BodyInit, headers: Record<string, string>) {
  const response = await fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: { ...headers, 'graphql-require-preflight': '1' },
    body,
  });
  // biome-ignore lint/suspicious/noExplicitAny: responses of several shapes
  const answer: any = await response.json();
  const [error] = answer.errors ?? [];
  return { status: response.status, data: answer.data, message: error?.message, code: error?.extensions.code };
}

const pdf = () => new Blob(['%PDF-']);
const createJob = 'mutation ($input: CreateJobInput!) { createJob(input: $input) { job { name source { bytes } } } }';
const variables = { input: { source: { file: null as null | string } } };

function operation(query: string, values: unknown, more: object = {}): Part {
  return ['operations', JSON.stringify({ query, variables: values, ...more })];
}

function map(value: unknown): Part {
  return ['map', JSON.stringify(value)];
}

describe('a multipart request', () => {
  it('of very many parts, or with a very large map, is refused', async () => {
    const empty = '--x\r\ncontent-disposition: form-data\r\n\r\n\r\n'.repeat(10_000);
    const type = { 'content-type': 'multipart/form-data; boundary=x' };
    expect(await sendRaw(`${empty}--x--\r\n`, type)).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    for (const paths of [
      Array(150_000).fill(1),
      Array(150_000).fill('variables.file'),
      Array(21).fill('variables.file'),
    ]) {
      const answer = await send([operation(createJob, variables), map({ x: paths }), ['x', pdf()]]);
      expect([400, 413]).toContain(answer.status);
    }
  });
});

describe('a file of a multipart request', () => {
  it('replaces a variable of type File, or a part of a variable', async () => {
    const whole =
      'mutation ($file: File!) { createJob(input: { source: { file: $file } }) { job { source { bytes } } } }';
    for (const [query, values, path] of [
      [createJob, variables, 'variables.input.source.file'],
      [whole, { file: null }, 'variables.file'],
    ] as const) {
      const answer = await send([operation(query, values), map({ x: [path] }), ['x', pdf()]]);
      expect(answer.data).toMatchObject({ createJob: { job: { source: { bytes: 5 } } } });
    }
  });

  it('is resolved in the operation that operationName selects', async () => {
    const query = `query A($input: String) { jobs(filter: { name: $input }) { totalCount } } ${createJob.replace('mutation', 'mutation B')}`;
    const parts = [map({ 0: ['variables.input.source.file'] }), ['0', pdf()]] satisfies Part[];
    const answer = await send([operation(query, variables, { operationName: 'B' }), ...parts]);
    expect(answer.data.createJob.job.source.bytes).toBe(5);
    expect(await send([operation(query, variables, { operationName: 'A' }), ...parts])).toMatchObject({ status: 400 });
  });

  it('may be used twice, as two documents', async () => {
    const query =
      'mutation ($a: File!, $b: File!) { a: createJob(input: { source: { file: $a } }) { job { id } } b: createJob(input: { source: { file: $b } }) { job { id } } }';
    const { data } = await send([
      operation(query, { a: null, b: null }),
      map({ 0: ['variables.a', 'variables.b'] }),
      ['0', pdf()],
    ]);
    expect(data.a.job.id).not.toBe(data.b.job.id);
  });

  const statuses =
    'query ($s: [JobStatus!], $name: String, $m: JobFilter) { jobs(filter: { statuses: $s, name: $name }) { totalCount } }';
  const many = { s: Array.from({ length: 100 }, () => 'FAILED'), name: null, m: { name: null } };

  it.each([
    ['the length of a list', statuses, many, 'variables.s.length'],
    ['an element of a list of another type', statuses, { s: [null] }, 'variables.s.0'],
    ['a variable of another type', statuses, many, 'variables.name'],
    ['a field of another type', createJob, { input: { source: { url: null } } }, 'variables.input.source.url'],
    ['a JSON value', createJob, { input: { metadata: { a: null } } }, 'variables.input.metadata.a'],
    ['a value that is not null', createJob, { input: { source: { file: 'x' } } }, 'variables.input.source.file'],
    ['a missing value', createJob, { input: { source: {} } }, 'variables.input.source.file'],
    ['a missing variable', createJob, variables, 'variables.x'],
    ['an undeclared variable', createJob, { ...variables, x: null }, 'variables.x'],
    ['a whole variable that is not a File', createJob, { input: null }, 'variables.input'],
    ['the query', createJob, variables, 'query'],
    ['all variables', createJob, variables, 'variables'],
    ['the prototype of an object', createJob, variables, 'variables.__proto__.file'],
    ['a nested prototype', createJob, variables, 'variables.input.constructor.prototype.file'],
    ['an inherited property', createJob, variables, 'variables.input.source.toString'],
    ['an empty path', createJob, variables, ''],
    ['a very long path', createJob, variables, 'variables.input'.repeat(30)],
  ])('does not replace %s', async (_, query, values, path) => {
    const before = await storedKeys(service);
    const answer = await send([operation(query, values), map({ 0: [path] }), ['0', pdf()]]);
    expect(answer).toMatchObject({ status: 400, code: 'BAD_REQUEST', message: expect.stringMatching(/path/) });
    expect(await storedKeys(service)).toEqual(before);
    expect(Object.prototype).not.toHaveProperty('file');
  });

  it.each([
    ['without operations', [map({ 0: ['variables.input.source.file'] }), ['0', pdf()]]],
    ['with operations sent as a file', [['operations', pdf()]]],
    ['with operations that are not JSON', [['operations', '{']]],
    ['with operations that are a list', [['operations', `[${operation(createJob, variables)[1]}]`], map({})]],
    ['with operations without a query', [['operations', '{}'], map({})]],
    ['with deeply nested operations', [['operations', '['.repeat(100_000)]]],
    ['with a map that is not JSON', [operation(createJob, variables), ['map', '{']]],
    [
      'with a map that is not an object',
      [operation(createJob, variables), ['map', '[["variables.input.source.file"]]']],
    ],
    [
      'with a map without lists',
      [operation(createJob, variables), map({ 0: 'variables.input.source.file' }), ['0', pdf()]],
    ],
    ['with a map of empty lists', [operation(createJob, variables), map({ 0: [] }), ['0', pdf()]]],
    ['with a file that the map does not name', [operation(createJob, variables), map({}), ['0', pdf()]]],
    [
      'without a file that the map names',
      [operation(createJob, variables), map({ 0: ['variables.input.source.file'] })],
    ],
    ['with two files of one name', [operation(createJob, variables), ['0', pdf()], ['0', pdf()]]],
    ['with operations twice', [operation(createJob, variables), operation(createJob, variables)]],
    ['with other fields', [operation(createJob, variables), ['x', 'y']]],
    [
      'with too many files',
      [operation(createJob, variables), ...Array.from({ length: 30 }, (_, n) => [`${n}`, pdf()] as Part)],
    ],
    [
      'with too many paths',
      [operation(createJob, variables), map({ 0: Array(30).fill('variables.input.source.file') }), ['0', pdf()]],
    ],
  ] satisfies [string, Part[]][])('is refused %s', async (_, parts) => {
    expect(await send(parts)).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
  });

  it('leaves syntax errors of the query to GraphQL.js', async () => {
    const answer = await send([operation('mutation {', { x: null }), map({ 0: ['variables.x'] }), ['0', pdf()]]);
    expect(answer.code).toBe('GRAPHQL_PARSE_FAILED');
  });

  it('is refused with an operation that is too large', async () => {
    const operations: Part = ['operations', JSON.stringify({ query: `# ${'x'.repeat(1024 ** 2)}` })];
    expect(await send([operations])).toMatchObject({ status: 413, code: 'PAYLOAD_TOO_LARGE' });
  });
});

describe('a multipart body', () => {
  const type = (boundary: string) => ({ 'content-type': `multipart/form-data${boundary}` });
  const field = '--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n{"query":"{ __typename }"}\r\n';

  it('without files is an operation', async () => {
    expect(await sendRaw(`${field}--x--\r\n`, type('; boundary=x'))).toMatchObject({ data: { __typename: 'Query' } });
    expect(await sendRaw(`preamble\r\n${field}--x--\r\nepilogue`, type('; boundary="x"'))).toMatchObject({
      status: 200,
    });
  });

  it.each([
    ['no boundary', `${field}--x--\r\n`, ''],
    ['another boundary', `${field}--x--\r\n`, '; boundary=y'],
    ['no end', field, '; boundary=x'],
    ['an end in the middle of a header', '--x\r\ncontent-dispo', '; boundary=x'],
    [
      'an end in the middle of a file',
      `--x\r\ncontent-disposition: form-data; name="0"; filename="a"\r\n\r\n%PDF`,
      '; boundary=x',
    ],
    ['parts without a name', `--x\r\n\r\nvalue\r\n--x--\r\n`, '; boundary=x'],
    ['endless headers', `--x\r\n${'a: b\r\n'.repeat(100_000)}`, '; boundary=x'],
    ['no bytes', '', '; boundary=x'],
    ['another format', '{"query":"{ __typename }"}', '; boundary=x'],
  ])('with %s is refused', async (_, body, boundary) => {
    expect(await sendRaw(body, type(boundary))).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
  });
});

it('limits the total size of inline documents in a request, even if one is used repeatedly', async () => {
  const before = await storedKeys(service);
  const post = async (query: string) => {
    const base64 = Buffer.alloc(4 * 1024 ** 2).toString('base64');
    return await sendRaw(JSON.stringify({ query, variables: { base64 } }), { 'content-type': 'application/json' });
  };
  const items = '{ source: { base64: $base64 } }'.repeat(100);
  const batch = await post(
    `mutation ($base64: String!) { createBatch(input: { items: [${items}] }) { batch { id } } }`,
  );
  expect(batch.code).toBe('BAD_USER_INPUT');
  expect(await storedKeys(service)).toEqual(before);
  const once = (alias: string) => `${alias}: createJob(input: { source: { base64: $base64 } }) { job { id } }`;
  const { code } = await post(`mutation ($base64: String!) { ${['a', 'b', 'c', 'd'].map(once).join('\n')} }`);
  expect(code).toBe('BAD_USER_INPUT');
  expect((await storedKeys(service)).length).toBeLessThan(before.length + 3);
});
