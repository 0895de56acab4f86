import { afterAll, beforeAll, expect, it } from 'vitest';
import { encodeId, newUuid } from '../../src/ids.ts';
import type { IssuedKey } from '../../src/tenants/keys.ts';
import { insertTenant } from '../api/rows.ts';
import { type Service, startService } from '../service.ts';
import { createBatchOfOne, createWatchToken, issueKey } from './asking.ts';

let service: Service;
let key: IssuedKey;
let job: string;
let batch: string;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
  key = await issueKey(service, ['READ', 'WRITE']);
  ({ batch, job } = await createBatchOfOne(service, key));
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const createToken = (input: object, by: Pick<IssuedKey, 'secret'> = key) => createWatchToken(service, input, by);

it('needs READ, and a job or batch of the caller', async () => {
  const reader = await issueKey(service, ['READ']);
  expect(await createToken({ job }, reader)).toMatch(/^pw_/);
  const writer = await issueKey(service, ['WRITE']);
  await expect(createToken({ job }, writer)).rejects.toThrow('FORBIDDEN');
  const stranger = await issueKey(service, ['READ'], { tenantId: await insertTenant(service, 'another') });
  await expect(createToken({ job }, stranger)).rejects.toThrow('NOT_FOUND');
  await expect(createToken({ batch }, stranger)).rejects.toThrow('NOT_FOUND');
});

it('reports the problems of its input', async () => {
  for (const input of [{}, { job, batch }, { job, expireAfterSeconds: 59 }, { job, expireAfterSeconds: 86_401 }]) {
    await expect(createToken(input)).rejects.toThrow('BAD_USER_INPUT');
  }
  for (const input of [{ job: batch }, { batch: job }, { job: 'x' }, { job: encodeId('job', newUuid()) }]) {
    await expect(createToken(input)).rejects.toThrow('NOT_FOUND');
  }
});
