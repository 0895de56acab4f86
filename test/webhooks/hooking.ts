import { expect } from 'vitest';
import { accepted, cancel, submit } from '../api/submitting.ts';
import { graphql } from '../graphql.ts';
import type { Service } from '../service.ts';

/** What a test sees of a delivery. */
export interface Delivery {
  id: string;
  event: string;
  status: string;
  url: string | null;
  endpoint: { id: string; pausedAt: string | null } | null;
  nextAttemptAt: string | null;
  finishedAt: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: the tests look into payloads of two shapes
  payload: any;
  attempts: { number: number; statusCode: number | null; error: string | null; answer: string | null }[];
}

const fields = `id event status url endpoint { id pausedAt } nextAttemptAt finishedAt payload
  attempts { number statusCode error answer }`;

/** The deliveries of a filter, oldest first. */
export async function deliveries(service: Service, filter: object = {}): Promise<Delivery[]> {
  const query = `query ($filter: WebhookDeliveryFilter) { webhookDeliveries(first: 100, filter: $filter) { nodes { ${fields} } } }`;
  const nodes = accepted(await graphql(service.url, query, { filter })).webhookDeliveries.nodes;
  return nodes.reverse();
}

/** The one delivery of a filter, as soon as it is as expected. */
export async function deliveryWhen(service: Service, filter: object, expected: object): Promise<Delivery> {
  const read = async () => (await deliveries(service, filter))[0];
  await expect.poll(read).toMatchObject(expected);
  const delivery = await read();
  if (delivery === undefined) throw new Error('it went away');
  return delivery;
}

export async function createEndpoint(service: Service, input: object) {
  const mutation = `mutation ($input: CreateWebhookEndpointInput!) {
    createWebhookEndpoint(input: $input) { secret endpoint { id name url events failingSince pausedAt pauseReason } }
  }`;
  return accepted(await graphql(service.url, mutation, { input })).createWebhookEndpoint;
}

/** Runs a mutation of one id, with what it gives back. */
export function change(service: Service, name: string, id: string, fields: string) {
  return graphql(service.url, `mutation ($id: ID!) { ${name}(id: $id) { ${fields} } }`, { id });
}

/** Makes something to tell at once, by nothing but requests: a job that is cancelled before it could start. Gives its id. */
export async function cancelledJob(service: Service, webhook: object, more: object = {}): Promise<string> {
  const source = { base64: Buffer.from('never read').toString('base64') };
  const { id } = await submit(service, { source, runAt: '2999-01-01T00:00:00Z', webhook, ...more });
  accepted(await cancel(service, id));
  return id;
}

/** The secret of URLs. */
export async function secretOfUrls(service: Service): Promise<{ id: string; webhookSecret: string }> {
  return accepted(await graphql(service.url, '{ viewer { id webhookSecret } }')).viewer;
}
