import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GraphqlAnswer } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { accepted, refused } from './submitting.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

/** Sends raw JSON and returns the raw response. */
async function post(query: string, variables = '{}'): Promise<string> {
  const response = await fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: `{"query":${JSON.stringify(query)},"variables":${variables}}`,
  });
  return await response.text();
}

const parsed = (text: string): GraphqlAnswer => JSON.parse(text);

const createJob = `mutation ($metadata: JSONObject) {
  createJob(input: { source: { url: "https://example.com/a.pdf" }, metadata: $metadata, webhook: { url: "https://example.com", events: [JOB_QUEUED] } }) {
    job { id metadata batch { id } }
  }
}`;
const createBatch = `mutation ($metadata: JSONObject) {
  createBatch(input: { items: [{ source: { url: "https://example.com/a.pdf" }, metadata: $metadata }] }) { batch { jobs { nodes { metadata } } } }
}`;
const read = `query ($id: ID!) { job(id: $id) { metadata } jobs(first: 1) { nodes { metadata } } node(id: $id) { ... on Job { metadata } }
  webhookDeliveries(first: 1, filter: { job: $id }) { nodes { payload } } }`;

/** Every place that returns the metadata of a job, as raw JSON. */
async function roundTrips(metadata: string): Promise<string[]> {
  const created = await post(createJob, `{"metadata":${metadata}}`);
  const { id } = accepted(parsed(created)).createJob.job;
  const again = await post(read, JSON.stringify({ id }));
  accepted(parsed(again));
  const batch = await post(createBatch, `{"metadata":${metadata}}`);
  accepted(parsed(batch));
  const found = [created, again, batch].flatMap((text) => text.split('"metadata":').slice(1));
  // Three reads, both creations, and the payload of the webhook delivery.
  expect(found).toHaveLength(6);
  return found;
}

describe('metadata is returned exactly as it was sent', () => {
  it.each([
    '{}',
    '{"b":1,"aa":2,"a":{"zz":1,"z":[{"y":2,"x":3}]}}',
    '{"__proto__":{"polluted":true},"a":{"__proto__":{"polluted":true}},"constructor":{"prototype":{"polluted":true}}}',
    '{"":"","toJSON":"x","hasOwnProperty":1,"length":0,"then":null}',
    '{"n":[9007199254740991,-9007199254740991,0,0.1,1e-300,5e-324,-1.5,0.30000000000000004]}',
    '{"s":["é","é","ﬁ","\\u2028","🐝","\\t\\n\\"\\\\","9007199254740993"],"ключ":"値","🐝":true}',
    `{"deep":${'['.repeat(98)}null${']'.repeat(98)}}`,
  ])('%s', async (metadata) => {
    const expected = JSON.stringify(JSON.parse(metadata));
    for (const found of await roundTrips(metadata)) expect(found.slice(0, expected.length)).toBe(expected);
    expect('polluted' in {}).toBe(false);
  });

  it('for arbitrary JSON, unless it is refused', async () => {
    const values = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' }), { maxKeys: 6 });
    const property = fc.asyncProperty(values, async (value) => {
      const metadata = JSON.stringify(value);
      const answer = await post(createJob, `{"metadata":${metadata}}`);
      const { data, errors } = parsed(answer);
      if (errors === undefined) expect(JSON.stringify(data.createJob.job.metadata)).toBe(metadata);
      else expect(refused(parsed(answer)).extensions.code).toBe('BAD_USER_INPUT');
    });
    await fc.assert(property, { numRuns: 60, seed: 20_261_129 });
  });

  it('as a literal in the query', async () => {
    const literal = '{ b: 1, aa: [true, null, "x", 1.5], __proto__: { y: 1 } }';
    const query = createJob
      .replace('metadata: $metadata', `metadata: ${literal}`)
      .replace('($metadata: JSONObject)', '');
    const answer = await post(query);
    accepted(parsed(answer));
    expect(answer).toContain('"metadata":{"b":1,"aa":[true,null,"x",1.5],"__proto__":{"y":1}}');
  });
});

describe('metadata is refused', () => {
  it.each([
    ['an integer that JavaScript would round', '{"a":[1,{"b":9007199254740993}]}'],
    ['a larger integer', '{"id":12345678901234567890}'],
    ['a large negative integer', '{"id":-9007199254740992}'],
    ['a number beyond the range of doubles', '{"a":1e400}'],
    ['a float beyond the safe integers', '{"a":6.02e23}'],
    ['a NUL in a key', '{"a\\u0000":1}'],
    ['an unpaired surrogate', '{"a":"\\ud83d"}'],
    ['more than 100 levels', `{"deep":${'['.repeat(110)}${']'.repeat(110)}}`],
    ['more than 16 KiB', `{"a":"${'x'.repeat(17_000)}"}`],
  ])('with %s', async (_, metadata) => {
    for (const [mutation, path] of [
      [createJob, 'input.metadata'],
      [createBatch, 'input.items.0.metadata'],
    ] as const) {
      const { code, issues } = refused(parsed(await post(mutation, `{"metadata":${metadata}}`))).extensions;
      expect([code, issues?.map((issue) => issue.path.join('.'))]).toEqual(['BAD_USER_INPUT', [path]]);
    }
  });

  it.each([
    ['{ a: SOME_ENUM }', ''],
    ['{ a: [9007199254740993] }', ''],
    ['{ a: $missing }', '($missing: Int)'],
  ])('as the literal %s', async (literal, variables) => {
    const query = createJob
      .replace('($metadata: JSONObject)', variables)
      .replace('metadata: $metadata', `metadata: ${literal}`);
    expect(refused(parsed(await post(query))).extensions.code).toBe('BAD_USER_INPUT');
  });
});
