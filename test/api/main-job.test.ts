import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphql, subscribe } from '../graphql.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const createJob = `mutation ($input: CreateJobInput!) { createJob(input: $input) { deduplicated job { id status progressPercentage revision } } }`;

async function base64(name: string): Promise<string> {
  return (await readFile(new URL(`../fixtures/${name}`, import.meta.url))).toString('base64');
}

describe('the main job', () => {
  it('turns a PDF into pages and shows its progress to the end', async () => {
    const { data, errors } = await graphql(service.url, createJob, {
      input: { source: { base64: await base64('many-pages.pdf') }, name: 'many' },
    });
    expect(errors).toBeUndefined();
    const { job } = data.createJob;
    // A worker may already have claimed it.
    expect(job.status).toMatch(/^(PENDING|RUNNING)$/);
    const seen = [];
    const query = `subscription ($id: ID!) { jobProgress(id: $id) { cursor revision status stage progressPercentage pagesDone pagesTotal failure { code message } job { result { pageCount page(number: 137) { text } } } } }`;
    for await (const event of subscribe(service.url, query, { id: job.id })) {
      expect(event.errors).toBeUndefined();
      seen.push(event.data.jobProgress);
    }
    const last = seen.at(-1);
    expect(last).toMatchObject({ status: 'COMPLETED', progressPercentage: 100, pagesDone: 300, pagesTotal: 300 });
    expect(last.job.result.pageCount).toBe(300);
    expect(last.job.result.page.text).toContain('This is page 137 of 300.');
  });
});
