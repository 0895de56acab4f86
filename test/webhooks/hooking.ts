import { expect } from 'vitest';
import { accepted, cancel, submit } from '../api/submitting.ts';
import { graphql } from '../graphql.ts';
import type { Service } from '../service.ts';

/** The fields of a delivery that tests read. */
export interface Delivery {
  id: string;
  event: string;
  status: string;
  url: string | null;
  endpoint: { id: string; pausedAt: string | null } | null;
  nextAttemptAt: string | null;
  finishedAt: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: the tests read payloads of two shapes
  payload: any;
  attempts: { number: number; statusCode: number | null; error: string | null; answer: string | null }[];
}

const fields = `id event status url endpoint { id pausedAt } nextAttemptAt finishedAt payload
  attempts { number statusCode error answer }`;

/** The deliveries that match a filter, oldest first. */
export async function deliveries(service: Service, filter: object = {}): Promise<Delivery[]> {
  const query = `query ($filter: WebhookDeliveryFilter) { webhookDeliveries(first: 100, filter: $filter) { nodes { ${fields} } } }`;
  const nodes = accepted(await graphql(service.url, query, { filter })).webhookDeliveries.nodes;
  return nodes.reverse();
}

/** Waits until the only delivery of a filter matches, and returns it. */
export async function deliveryWhen(service: Service, filter: object, expected: object): Promise<Delivery> {
  const read = async () => (await deliveries(service, filter))[0];
  await expect.poll(read).toMatchObject(expected);
  const delivery = await read();
  if (delivery === undefined) throw new Error('the delivery disappeared');
  return delivery;
}

export async function createEndpoint(service: Service, input: object) {
  const mutation = `mutation ($input: CreateWebhookEndpointInput!) {
    createWebhookEndpoint(input: $input) { secret endpoint { id name url events failingSince pausedAt pauseReason } }
  }`;
  return accepted(await graphql(service.url, mutation, { input })).createWebhookEndpoint;
}

/** Runs a mutation on one id, selecting these fields. */
export function change(service: Service, name: string, id: string, fields: string) {
  return graphql(service.url, `mutation ($id: ID!) { ${name}(id: $id) { ${fields} } }`, { id });
}

/** Creates an event without a worker, by a job that is cancelled before it can start. Returns the job's id. */
export async function cancelledJob(service: Service, webhook: object, more: object = {}): Promise<string> {
  const source = { base64: Buffer.from('never read').toString('base64') };
  const { id } = await submit(service, { source, runAt: '2999-01-01T00:00:00Z', webhook, ...more });
  accepted(await cancel(service, id));
  return id;
}

/** The secret that signs deliveries to plain URLs. */
export async function secretOfUrls(service: Service): Promise<{ id: string; webhookSecret: string }> {
  return accepted(await graphql(service.url, '{ viewer { id webhookSecret } }')).viewer;
}
