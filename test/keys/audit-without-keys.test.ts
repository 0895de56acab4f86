import { afterAll, beforeAll, expect, it } from 'vitest';
import { inline, submit } from '../api/submitting.ts';
import { type Service, startService } from '../service.ts';
import { ask } from './asking.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

it('the audit log names a watch token that was created without a key as the actor', async () => {
  const { id } = await submit(service, { source: await inline('one-page') });
  const { data } = await ask(
    service.url,
    null,
    'mutation ($input: CreateWatchTokenInput!) { createWatchToken(input: $input) { token } }',
    { variables: { input: { job: id } } },
  );
  const { token } = data.createWatchToken;
  const refused = await ask(service.url, `Bearer ${token}`, 'mutation { cancelJob(id: "x") { job { id } } }');
  expect(refused.code).toBe('FORBIDDEN');
  const query = '{ auditLog(first: 10) { nodes { actor apiKeyId action outcome } } }';
  await expect
    .poll(async () => (await ask(service.url, null, query)).data.auditLog.nodes)
    .toEqual([
      { actor: 'WATCH_TOKEN', apiKeyId: null, action: 'cancelJob', outcome: 'FORBIDDEN' },
      { actor: 'ANONYMOUS', apiKeyId: null, action: 'createWatchToken', outcome: 'OK' },
      { actor: 'ANONYMOUS', apiKeyId: null, action: 'createJob', outcome: 'OK' },
    ]);
});
