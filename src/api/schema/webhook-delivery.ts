import { RequestError } from '../../errors.ts';
import { decodeId, encodeId } from '../../ids.ts';
import { payloadOf } from '../../webhooks/body.ts';
import { type WebhookDelivery as DeliveryRow, redeliverWebhook } from '../../webhooks/deliveries.ts';
import { withoutCredentials } from '../sources.ts';
import { Batch } from './batch.ts';
import { builder } from './builder.ts';
import { Job } from './job.ts';
import { Node } from './node.ts';
import { WebhookEndpoint } from './webhook-endpoint.ts';
import { WebhookEvent } from './webhook-input.ts';

export const WebhookDeliveryStatus = builder.enumType('WebhookDeliveryStatus', {
  description: 'Where a delivery stands.',
  values: {
    PENDING: { description: 'To be sent, or to be tried again at `nextAttemptAt`; or its endpoint is paused.' },
    DELIVERED: { description: 'Answered with a status from 200 to 299.' },
    DEAD: {
      description:
        'Given up: tried for a day, or answered 410 Gone, and `redeliverWebhook` begins it anew; or its endpoint was deleted.',
    },
  } as const,
});

const WebhookAttempt = builder.prismaObject('WebhookAttempt', {
  description: 'One try to deliver.',
  fields: (t) => ({
    number: t.exposeInt('number', {
      description: 'Rises with each. One is left out if whoever made it was killed before its end could be noted.',
    }),
    at: t.expose('at', { type: 'DateTime', description: 'When it began.' }),
    milliseconds: t.exposeInt('milliseconds', { description: 'How long it took.' }),
    statusCode: t.exposeInt('statusCode', {
      nullable: true,
      description: 'The HTTP status; null if there was no answer.',
    }),
    error: t.exposeString('error', { nullable: true, description: 'Why it failed, for people; null if it did not.' }),
    answer: t.exposeString('answer', { nullable: true, description: 'The first 1024 bytes of the answer, as text.' }),
  }),
});

export const WebhookDelivery = builder.prismaObject('WebhookDelivery', {
  description: 'An event that is to be told, or was. It is kept for 30 days after its end.',
  interfaces: [Node],
  select: { id: true, tenantId: true },
  fields: (t) => ({
    id: t.id({
      description:
        'Such as delivery_01h455vb4pex5vsknk084sn02q: the `webhook-id` that is sent, the same with every attempt.',
      resolve: ({ id }) => encodeId('delivery', id),
    }),
    event: t.expose('event', { type: WebhookEvent, description: 'What happened.' }),
    status: t.expose('status', { type: WebhookDeliveryStatus, description: 'Where it stands.' }),
    url: t.string({
      nullable: true,
      select: { url: true },
      description: 'Where it is sent, without user name and password; null if it is sent to an endpoint.',
      resolve: ({ url }) => url && withoutCredentials(url),
    }),
    endpoint: t.field({
      type: WebhookEndpoint,
      nullable: true,
      select: { endpointId: true },
      description: 'The endpoint that it is sent to; null if it is sent to `url`, or if the endpoint was deleted.',
      resolve: ({ endpointId }, _, { database }) =>
        endpointId === null ? null : database.prisma.webhookEndpoint.findUnique({ where: { id: endpointId } }),
    }),
    job: t.prismaField({
      type: Job,
      nullable: true,
      select: { jobId: true },
      description: 'The job that it tells of; null if it tells of a batch, or if the job was deleted.',
      resolve: (query, { jobId }, _, { database }) =>
        jobId === null ? null : database.prisma.job.findUnique({ ...query, where: { id: jobId } }),
    }),
    batch: t.prismaField({
      type: Batch,
      nullable: true,
      select: { batchId: true },
      description: 'The batch that it tells of, or whose job; null for a job by itself.',
      resolve: (query, { batchId }, _, { database }) =>
        batchId === null ? null : database.prisma.batch.findUnique({ ...query, where: { id: batchId } }),
    }),
    payload: t.field({
      type: 'JSONObject',
      select: { event: true, createdAt: true, jobId: true, batchId: true, snapshot: true },
      description: 'The body that is sent, the same with every attempt.',
      resolve: payloadOf,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it happened.' }),
    nextAttemptAt: t.field({
      type: 'DateTime',
      nullable: true,
      select: { status: true, dueAt: true },
      description:
        'When it is tried next, if its endpoint is not paused; while an attempt is under way, when that is taken for lost. Null unless PENDING.',
      resolve: ({ status, dueAt }) => (status === 'PENDING' ? dueAt : null),
    }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was delivered or given up.',
    }),
    attempts: t.relation('attempts', {
      type: WebhookAttempt,
      query: { orderBy: { number: 'asc' } },
      description: 'The tries so far that have ended.',
    }),
  }),
});

const RedeliverWebhookPayload = builder.objectRef<{ delivery: DeliveryRow }>('RedeliverWebhookPayload').implement({
  description: 'What redeliverWebhook gives back.',
  fields: (t) => ({
    delivery: t.field({
      type: WebhookDelivery,
      description: 'The delivery, PENDING again.',
      resolve: ({ delivery }): DeliveryRow => delivery,
    }),
  }),
});

builder.mutationField('redeliverWebhook', (t) =>
  t.field({
    type: RedeliverWebhookPayload,
    nullable: true,
    description:
      'Sends an event again, with the same id, whatever became of it; if that fails, it is tried for another day. While its endpoint is paused it waits.',
    args: { id: t.arg.id({ required: true, description: 'The id of the delivery.' }) },
    async resolve(_, { id }, { writes, tenantId, ringDeliveries }) {
      const uuid = decodeId('delivery', id);
      if (uuid === null) throw new RequestError('NOT_FOUND', { message: 'There is no such delivery.' });
      const delivery = await redeliverWebhook(writes, tenantId, uuid);
      ringDeliveries();
      return { delivery };
    },
  }),
);
