import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultTenantId } from '../../src/api/context.ts';
import { encodeId } from '../../src/ids.ts';
import { type Service, startService } from '../service.ts';
import { ask, bearer, issueKey } from './asking.ts';

let service: Service;
let operator: string;
let keyId: string;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
  operator = bearer(await issueKey(service, ['OPERATOR']));
  keyId = encodeId('key', (await issueKey(service, ['READ'])).key.id);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const tenantId = encodeId('tenant', defaultTenantId);
const mutations = {
  updateApiKey: () => ({
    id: keyId,
    query: `mutation ($id: ID!, $input: UpdateApiKeyInput!) { updateApiKey(id: $id, input: $input) {
      changed: apiKey { name limits { requestsPerMinute timeoutSeconds memoryBytes minPriority maxPriority } } } }`,
  }),
  updateTenant: () => ({
    id: tenantId,
    query: `mutation ($id: ID!, $input: UpdateTenantInput!) { updateTenant(id: $id, input: $input) {
      changed: tenant { name limits { requestsPerMinute jobsRunning jobsWaiting bytesStored pagesPerMonth timeoutSeconds memoryBytes } } } }`,
  }),
};

async function update(name: keyof typeof mutations, input: object) {
  const { id, query } = mutations[name]();
  const { data, extensions } = await ask(service.url, operator, query, { variables: { id, input } });
  return { changed: data?.[name]?.changed, issues: extensions.issues };
}

const megabytes = 1024 ** 2;

describe.each([
  [
    'updateApiKey',
    { requestsPerMinute: 5, timeoutSeconds: 6, memoryBytes: 700 * megabytes, minPriority: 2, maxPriority: 3 },
  ],
  [
    'updateTenant',
    {
      ...{ requestsPerMinute: 1_000, jobsRunning: 1, jobsWaiting: 2, bytesStored: 3, pagesPerMonth: 4 },
      ...{ timeoutSeconds: 5, memoryBytes: 600 * megabytes },
    },
  ],
] as const)('%s', (name, limits) => {
  it('sets each limit, and removes it again', async () => {
    const { changed } = await update(name, { limits });
    expect(changed.limits).toEqual(limits);
    for (const limit of Object.keys(limits)) {
      const { changed } = await update(name, { limits: { [limit]: null } });
      expect(changed.limits[limit]).toBeNull();
    }
  });

  it.each([{}, { limits: {} }, { limits: null }])('refuses to change nothing: %j', async (input) => {
    expect((await update(name, input)).issues).toEqual([
      { path: ['input'], code: 'INVALID_VALUE', message: 'changes nothing: give a name or a limit' },
    ]);
  });

  it('names the range of a limit', async () => {
    for (const limit of Object.keys(limits)) {
      for (const value of [
        -1,
        limit === 'memoryBytes' || limit === 'bytesStored' ? '99999999999999999' : 2_000_000_001,
      ]) {
        expect((await update(name, { limits: { [limit]: value } })).issues).toEqual([
          {
            path: ['input', 'limits', limit],
            code: 'OUT_OF_RANGE',
            message: expect.stringMatching(/^must be between \d+ and \d+$/),
          },
        ]);
      }
    }
  });
});

it('two updates of a key at once never leave a range without priorities', async () => {
  const none = { minPriority: null, maxPriority: null };
  for (let round = 0; round < 10; round += 1) {
    await update('updateApiKey', { limits: none });
    const results = await Promise.all([
      update('updateApiKey', { limits: { minPriority: 8 } }),
      update('updateApiKey', { limits: { maxPriority: 2 } }),
    ]);
    expect(results.filter(({ issues }) => issues !== undefined)).toMatchObject([
      { issues: [{ path: ['input', 'limits', 'minPriority'], code: 'OUT_OF_RANGE' }] },
    ]);
  }
});
