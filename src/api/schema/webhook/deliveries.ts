import { queryFromInfo } from '@pothos/plugin-prisma';
import type { Prisma } from '../../../connections/prisma/client.ts';
import { decodeId } from '../../../ids.ts';
import { atMost } from '../../admission/declarations.ts';
import { builder } from '../builder.ts';
import { resolveNewestFirst } from '../connection.ts';
import { WebhookEvent } from '../webhook-input.ts';
import { WebhookDelivery, WebhookDeliveryStatus } from './delivery.ts';

const WebhookDeliveryFilter = builder.inputType('WebhookDeliveryFilter', {
  description: 'Which deliveries to list. A delivery has to meet all conditions.',
  fields: (t) => ({
    status: t.field({
      type: [WebhookDeliveryStatus],
      extensions: atMost(100),
      description: 'Deliveries with one of these statuses.',
    }),
    event: t.field({ type: [WebhookEvent], extensions: atMost(100), description: 'Deliveries of these events.' }),
    endpoint: t.id({ description: 'Deliveries to this endpoint.' }),
    job: t.id({ description: 'Deliveries about this job.' }),
    batch: t.id({ description: 'Deliveries about this batch or one of its jobs.' }),
  }),
});

type Filter = typeof WebhookDeliveryFilter.$inferInput | null | undefined;

function deliveriesWhere(tenantId: string, filter: Filter): Prisma.WebhookDeliveryWhereInput {
  // An invalid id matches nothing, like that of another tenant.
  const nothing = { in: [] };
  return {
    tenantId,
    ...(filter?.status ? { status: { in: filter.status } } : {}),
    ...(filter?.event ? { event: { in: filter.event } } : {}),
    ...(filter?.endpoint ? { endpointId: decodeId('endpoint', filter.endpoint) ?? nothing } : {}),
    ...(filter?.job ? { jobId: decodeId('job', filter.job) ?? nothing } : {}),
    ...(filter?.batch ? { batchId: decodeId('batch', filter.batch) ?? nothing } : {}),
  };
}

const WebhookDeliveryConnection = builder.connectionObject(
  {
    type: WebhookDelivery,
    name: 'WebhookDeliveryConnection',
    description: 'A page of a list of deliveries, newest first.',
  },
  { name: 'WebhookDeliveryEdge', description: 'A delivery with its cursor.' },
);

builder.queryField('webhookDeliveries', (t) =>
  t.field({
    type: WebhookDeliveryConnection,
    description: 'The events of your jobs and batches that are sent by webhooks, newest first.',
    args: {
      ...t.arg.connectionArgs(),
      filter: t.arg({ type: WebhookDeliveryFilter, description: 'Which deliveries to list.' }),
    },
    resolve(_, { filter, ...args }, context, info) {
      const paths = [['nodes'], ['edges', 'node']];
      const query = queryFromInfo({ context, info, paths, typeName: 'WebhookDelivery' });
      const filtered = deliveriesWhere(context.tenantId, filter);
      return resolveNewestFirst(context, args, ({ where, ...part }) =>
        context.database.prisma.webhookDelivery.findMany({ ...query, ...part, where: { ...filtered, ...where } }),
      );
    },
  }),
);
