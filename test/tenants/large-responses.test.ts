import { once } from 'node:events';
import { type ClientRequest, request } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { insertJob, insertPages, insertTenant } from '../api/rows.ts';
import { graphql } from '../graphql.ts';
import { bearer, issueKey } from '../keys/asking.ts';
import { type Service, startService } from '../service.ts';

const pageCount = 10;
const text = 'A line of a page that makes a response large.\n'.repeat(24_000);
const query = 'query ($id: ID!) { job(id: $id) { pages(first: 100) { nodes { text } } } }';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

/** A tenant with two keys and a job whose texts are a large response. */
async function tenantWithTexts(name: string): Promise<{ id: string; keys: string[] }> {
  const tenantId = await insertTenant(service, name);
  const keys = [await issueKey(service, ['READ'], { tenantId }), await issueKey(service, ['READ'], { tenantId })];
  const job = await insertJob(service, { status: 'COMPLETED', tenantId });
  await insertPages(service, job, Array(pageCount).fill(text), tenantId);
  return { id: job.id, keys: keys.map(bearer) };
}

/** Sends a request and reads nothing of its response. */
function sendUnread(id: string, authorization: string): ClientRequest {
  const sent = request(`${service.url}/graphql`, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', authorization },
  });
  sent.on('error', () => undefined).end(JSON.stringify({ query, variables: { id } }));
  return sent;
}

it('a tenant whose keys hold large responses leaves one to other tenants', async () => {
  const [greedy, other] = [await tenantWithTexts('greedy'), await tenantWithTexts('other')];
  const sent = [...greedy.keys, ...greedy.keys].map((key) => sendUnread(greedy.id, key));
  const begun = new Set<ClientRequest>();
  await Promise.race([
    Promise.all(sent.map(async (each) => begun.add(await once(each, 'response').then(() => each)))),
    expect.poll(() => begun.size).toBe(3),
  ]);
  const [authorization = ''] = other.keys;
  const { data, errors } = await graphql(service.url, query, { id: other.id }, { authorization });
  expect(errors).toBeUndefined();
  expect(data.job.pages.nodes).toHaveLength(pageCount);
  for (const each of sent) each.destroy();
});
