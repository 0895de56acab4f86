import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { graphql } from '../graphql.ts';
import type { Service } from '../service.ts';

export const counts = 'total pending running completed failed cancelled';

const createBatch = `mutation ($input: CreateBatchInput!) {
  createBatch(input: $input) { deduplicated batch { id revision name status progressPercentage ${counts} createdAt finishedAt } }
}`;

export async function inline(name: string) {
  const bytes = await readFile(new URL(`../fixtures/${name}.pdf`, import.meta.url));
  return { base64: bytes.toString('base64') };
}

/** The answer to createBatch as it comes. */
export function submitBatch(service: Service, input: object) {
  return graphql(service.url, createBatch, { input });
}

export async function submittedBatch(service: Service, input: object) {
  const { data, errors } = await submitBatch(service, input);
  expect(errors).toBeUndefined();
  return data.createBatch.batch;
}

export async function readBatch(service: Service, id: string) {
  const query = `query ($id: ID!) { batch(id: $id) { id revision status progressPercentage ${counts} finishedAt } }`;
  const { data, errors } = await graphql(service.url, query, { id });
  expect(errors).toBeUndefined();
  return data.batch;
}

/** The batch once it is final. */
export async function finalBatch(service: Service, id: string) {
  await expect
    .poll(async () => (await readBatch(service, id)).finishedAt, { timeout: 40_000, interval: 50 })
    .not.toBeNull();
  return await readBatch(service, id);
}
