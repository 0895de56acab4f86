import { withoutCredentials } from '../../../documents/url-credentials.ts';
import { RequestError } from '../../../errors.ts';
import { decodeId, encodeId } from '../../../ids.ts';
import { payloadOf } from '../../../webhooks/body.ts';
import { type WebhookDelivery as DeliveryRow, redeliverWebhook } from '../../../webhooks/deliveries.ts';
import { cost, scope } from '../../admission/declarations.ts';
import { Batch } from '../batch/batch.ts';
import { builder } from '../builder.ts';
import { Job } from '../job/job.ts';
import { Node } from '../node.ts';
import { WebhookEvent } from '../webhook-input.ts';
import { WebhookEndpoint } from './endpoint.ts';

export const WebhookDeliveryStatus = builder.enumType('WebhookDeliveryStatus', {
  description: 'The status of a delivery.',
  values: {
    PENDING: { description: 'The delivery is sent or retried at `nextAttemptAt`, or waits for a paused endpoint.' },
    DELIVERED: { description: 'The receiver answered with a status from 200 to 299.' },
    DEAD: {
      description:
        'The delivery was given up: it failed for a day, the receiver answered 410 Gone, or the endpoint was deleted. `redeliverWebhook` sends it again.',
    },
  } as const,
});

const WebhookAttempt = builder.prismaObject('WebhookAttempt', {
  description: 'An attempt to deliver a webhook.',
  fields: (t) => ({
    number: t.exposeInt('number', {
      description: 'Number of the attempt, rising. A number is missing if the process was killed during the attempt.',
    }),
    startedAt: t.expose('at', { type: 'DateTime', description: 'When the attempt started.' }),
    milliseconds: t.exposeInt('milliseconds', { description: 'Duration of the attempt, in milliseconds.' }),
    statusCode: t.exposeInt('statusCode', {
      nullable: true,
      description: 'The HTTP status; null if there was no answer.',
    }),
    error: t.exposeString('error', {
      nullable: true,
      description: 'Why the attempt failed, for people; null if it did not.',
    }),
    answer: t.exposeString('answer', {
      nullable: true,
      extensions: scope('WRITE'),
      description:
        'The first 1,024 bytes of the answer, as text. It is written for you and may hold secrets, so it needs the scope WRITE.',
    }),
  }),
});

/** Maximum number of attempts that a delivery lists: it may be sent again without end. */
const newestAttempts = 100;

export const WebhookDelivery = builder.prismaObject('WebhookDelivery', {
  description:
    'An event that is sent to a receiver. It is kept for 30 days after it is delivered or given up, unless the operator has set another number of days.',
  interfaces: [Node],
  select: { id: true, tenantId: true },
  fields: (t) => ({
    id: t.id({
      description:
        'The global id, such as delivery_01h455vb4pex5vsknk084sn02q. It is sent as `webhook-id`, the same with every attempt.',
      resolve: ({ id }) => encodeId('delivery', id),
    }),
    event: t.expose('event', { type: WebhookEvent, description: 'The event.' }),
    status: t.expose('status', { type: WebhookDeliveryStatus, description: 'The status of the delivery.' }),
    url: t.string({
      nullable: true,
      select: { url: true },
      extensions: scope('WRITE'),
      description:
        'The URL that the event is sent to, without user name and password; null if it is sent to an endpoint. Some ' +
        'receivers accept any request to it, so it needs the scope WRITE.',
      resolve: ({ url }) => url && withoutCredentials(url),
    }),
    endpoint: t.field({
      type: WebhookEndpoint,
      nullable: true,
      select: { endpointId: true },
      description:
        'The endpoint that the event is sent to; null if it is sent to `url`, or if the endpoint was deleted.',
      resolve: ({ endpointId }, _, { database }) =>
        endpointId === null ? null : database.prisma.webhookEndpoint.findUnique({ where: { id: endpointId } }),
    }),
    job: t.prismaField({
      type: Job,
      nullable: true,
      select: { jobId: true },
      description: 'The job of the event; null for an event of a batch, and if the job was deleted.',
      resolve: (query, { jobId }, _, { database }) =>
        jobId === null ? null : database.prisma.job.findUnique({ ...query, where: { id: jobId } }),
    }),
    batch: t.prismaField({
      type: Batch,
      nullable: true,
      select: { batchId: true },
      description: 'The batch of the event or of its job; null for a job without a batch.',
      resolve: (query, { batchId }, _, { database }) =>
        batchId === null ? null : database.prisma.batch.findUnique({ ...query, where: { id: batchId } }),
    }),
    payload: t.field({
      type: 'JSONObject',
      select: { event: true, createdAt: true, jobId: true, batchId: true, snapshot: true },
      description: 'The body that is sent, the same with every attempt.',
      resolve: payloadOf,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the event happened.' }),
    nextAttemptAt: t.field({
      type: 'DateTime',
      nullable: true,
      select: { status: true, dueAt: true },
      description:
        'When the next attempt starts, unless the endpoint is paused. During an attempt, when that attempt counts as lost. Null unless PENDING.',
      resolve: ({ status, dueAt }) => (status === 'PENDING' ? dueAt : null),
    }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the event was delivered or given up; null before.',
    }),
    attempts: t.field({
      extensions: cost({ items: 5 }),
      type: [WebhookAttempt],
      select: { attempts: { orderBy: { number: 'desc' }, take: newestAttempts } },
      description: `The finished attempts, oldest first: the newest ${newestAttempts}.`,
      resolve: ({ attempts }) => attempts.toReversed(),
    }),
  }),
});

const RedeliverWebhookPayload = builder.objectRef<{ delivery: DeliveryRow }>('RedeliverWebhookPayload').implement({
  description: 'The result of redeliverWebhook.',
  fields: (t) => ({
    delivery: t.field({
      type: WebhookDelivery,
      description: 'The delivery, which is PENDING again.',
      resolve: ({ delivery }): DeliveryRow => delivery,
    }),
  }),
});

builder.mutationField('redeliverWebhook', (t) =>
  t.field({
    type: RedeliverWebhookPayload,
    nullable: true,
    description:
      'Sends an event again with the same id, whatever its status. If that fails, it is retried for another day. It waits while its endpoint is paused.',
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
