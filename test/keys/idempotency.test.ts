import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeId } from '../../src/ids.ts';
import type { KeyLimits } from '../../src/tenants/limits.ts';
import { inline, storedKeys } from '../api/submitting.ts';
import { type Service, startService } from '../service.ts';
import { ask, bearer, issueKey } from './asking.ts';

let service: Service;
let operator: string;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
  operator = bearer(await issueKey(service, ['OPERATOR']));
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const creations = {
  createJob: {
    query: 'mutation ($input: CreateJobInput!) { createJob(input: $input) { deduplicated created: job { id } } }',
    inputOf: (source: object, rest: object) => ({ source, ...rest }),
  },
  createBatch: {
    query: 'mutation ($input: CreateBatchInput!) { createBatch(input: $input) { deduplicated created: batch { id } } }',
    inputOf: (source: object, rest: object) => ({ items: [{ source }], ...rest }),
  },
};

async function restrict(id: string, limits: object): Promise<void> {
  const query =
    'mutation ($id: ID!, $input: UpdateApiKeyInput!) { updateApiKey(id: $id, input: $input) { apiKey { id } } }';
  const { code } = await ask(service.url, operator, query, { variables: { id, input: { limits } } });
  expect(code).toBeUndefined();
}

describe.each(['createJob', 'createBatch'] as const)('a repeated %s', (name) => {
  const { query, inputOf } = creations[name];

  async function create(secret: string, rest: object) {
    const variables = { input: inputOf(await inline('one-page'), rest) };
    const { data, code, extensions } = await ask(service.url, secret, query, { variables });
    const { created, deduplicated } = data?.[name] ?? {};
    return { id: created?.id, deduplicated, code, issues: extensions.issues };
  }

  const issue = (limits: KeyLimits = {}) => issueKey(service, ['READ', 'WRITE'], { limits });

  it.each([
    ['range of priorities', {}, { minPriority: 7 }],
    ['range of priorities that excludes the requested one', { priority: 2 }, { minPriority: 7 }],
    ['time limit', { options: { timeoutSeconds: 900 } }, { timeoutSeconds: 60 }],
  ])('returns the same object after a change of the %s', async (what, rest, limits) => {
    const key = await issue();
    const input = { ...rest, idempotencyKey: `${name} ${what}` };
    const first = await create(bearer(key), input);
    const stored = await storedKeys(service);
    await restrict(encodeId('key', key.key.id), limits);
    expect(await create(bearer(key), input)).toMatchObject({ id: first.id, deduplicated: true });
    expect(await storedKeys(service)).toEqual(stored);
  });

  it('returns the same object for another key of the tenant, with another range of priorities', async () => {
    const input = { idempotencyKey: `${name} of two keys` };
    const first = await create(bearer(await issue({ minPriority: 7 })), input);
    const again = await create(bearer(await issue({ maxPriority: 3 })), input);
    expect(again).toMatchObject({ id: first.id, deduplicated: true });
  });

  it('conflicts if it differs, and a first one over the limits is refused and stores nothing', async () => {
    const idempotencyKey = `${name} over the limits`;
    const limited = await issue({ minPriority: 7, timeoutSeconds: 60 });
    const stored = await storedKeys(service);
    const refused = await create(bearer(limited), { priority: 2, options: { timeoutSeconds: 61 }, idempotencyKey });
    expect(refused.code).toBe('BAD_USER_INPUT');
    expect(refused.issues.map(({ path }: { path: string[] }) => path.at(-1)).sort()).toEqual([
      'priority',
      'timeoutSeconds',
    ]);
    expect(await storedKeys(service)).toEqual(stored);
    expect(await create(bearer(limited), { idempotencyKey })).toMatchObject({ deduplicated: false });
    expect((await create(bearer(limited), { priority: 2, idempotencyKey })).code).toBe('IDEMPOTENCY_CONFLICT');
  });
});
