import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { insertJob, insertPages, insertTenant, type Row } from './rows.ts';
import { accepted } from './submitting.ts';

let service: Service;
let row: Row;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
  row = await insertJob(service, { status: 'COMPLETED', name: 'the job' });
  await insertPages(service, row, ['one bee', 'two bees']);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const node = async (id: string) =>
  accepted(
    await graphql(
      service.url,
      'query ($id: ID!) { node(id: $id) { __typename id ... on Page { number text job { id name } } } }',
      { id },
    ),
  ).node;

describe('a page', () => {
  it('has its own id, by which `node` finds it together with its job', async () => {
    const query = `{ job(id: "${row.id}") { pages { nodes { id job { id } } } result { page(number: 2) { id } } }
      searchPages(query: "two") { nodes { page { id job { name } } } } }`;
    const { job, searchPages } = accepted(await graphql(service.url, query));
    const [first, second] = job.pages.nodes;
    expect(first.job).toEqual({ id: row.id });
    expect(job.result.page.id).toBe(second.id);
    expect(searchPages.nodes).toEqual([{ page: { id: second.id, job: { name: 'the job' } } }]);
    expect(second.id).toBe(`${row.id.replace('job_', 'page_')}_2`);
    expect(await node(second.id)).toEqual({
      __typename: 'Page',
      id: second.id,
      number: 2,
      text: 'two bees',
      job: { id: row.id, name: 'the job' },
    });
  });

  it.each(['_3', '_0', '_-1', '_2_2', '', '_', '_99999999999', '_2 ', '_02'])(
    'is not found by an id ending in %j',
    async (end) => {
      expect(await node(`${row.id.replace('job_', 'page_')}${end}`)).toBeNull();
    },
  );

  it('is not found by an id with a wrong prefix', async () => {
    for (const id of [`${row.id}_1`, 'page_1', `page_${'z'.repeat(26)}_1`, `page_${'0'.repeat(26)}_1`]) {
      expect(await node(id)).toBeNull();
    }
  });

  it('of another tenant is not found', async () => {
    const tenantId = await insertTenant(service, 'another');
    const theirs = await insertJob(service, { status: 'COMPLETED', tenantId });
    await insertPages(service, theirs, ['a secret'], tenantId);
    expect(await node(`${theirs.id.replace('job_', 'page_')}_1`)).toBeNull();
  });
});
