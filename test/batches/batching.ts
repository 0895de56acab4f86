import { vi } from 'vitest';
import { accepted } from '../api/submitting.ts';
import { type GraphqlAnswer, graphql } from '../graphql.ts';
import type { Service } from '../service.ts';

export const counts = 'total pending running completed failed cancelled';

const createBatch = `mutation ($input: CreateBatchInput!) {
  createBatch(input: $input) { deduplicated batch { id revision name status progressPercentage ${counts} createdAt finishedAt } }
}`;

/** Calls createBatch and returns the whole response. */
export function submitBatch(service: Service, input: object): Promise<GraphqlAnswer> {
  return graphql(service.url, createBatch, { input });
}

export async function submittedBatch(service: Service, input: object) {
  return accepted(await submitBatch(service, input)).createBatch.batch;
}

export async function readBatch(service: Service, id: string) {
  const query = `query ($id: ID!) { batch(id: $id) { id revision status progressPercentage ${counts} finishedAt } }`;
  return accepted(await graphql(service.url, query, { id })).batch;
}

/** Waits until the batch is final. */
export async function finalBatch(service: Service, id: string) {
  await vi.waitUntil(async () => (await readBatch(service, id)).finishedAt !== null, { timeout: 40_000, interval: 50 });
  return await readBatch(service, id);
}
