import { decodeId, idType } from '../../ids.ts';
import { findDelivery } from '../../webhooks/deliveries.ts';
import { findEndpoint } from '../../webhooks/endpoints.ts';
import { builder } from './builder.ts';

/** What an object that has an id of its own looks like to `node`: its rows by UUID, of the caller's tenant only. */
interface NodeShape {
  id: string;
}

export const Node = builder.interfaceRef<NodeShape>('Node').implement({
  description:
    'Anything with an id of its own. Ids are opaque, typed and the same everywhere: API, logs, CLI and webhooks.',
  fields: (t) => ({ id: t.id({ description: 'Such as job_01h455vb4pex5vsknk084sn02q.' }) }),
});

builder.queryField('node', (t) =>
  t.field({
    type: Node,
    nullable: true,
    description: 'Anything by its id; null if there is no such thing, or it is not yours.',
    args: {
      id: t.arg.id({
        required: true,
        description: 'The id of a job, a batch, an upload, or an endpoint or a delivery of webhooks.',
      }),
    },
    async resolve(_, { id }, { database, tenantId }) {
      const type = idType(id);
      if (type === 'job') {
        const uuid = decodeId('job', id);
        const job = uuid && (await database.prisma.job.findFirst({ where: { id: uuid, tenantId } }));
        return job ? { ...job, __typename: 'Job' } : null;
      }
      if (type === 'batch') {
        const uuid = decodeId('batch', id);
        const batch = uuid && (await database.prisma.batch.findFirst({ where: { id: uuid, tenantId } }));
        return batch ? { ...batch, __typename: 'Batch' } : null;
      }
      if (type === 'endpoint') {
        const uuid = decodeId('endpoint', id);
        const endpoint = uuid && (await findEndpoint(database, tenantId, uuid));
        return endpoint ? { ...endpoint, __typename: 'WebhookEndpoint' } : null;
      }
      if (type === 'delivery') {
        const uuid = decodeId('delivery', id);
        const delivery = uuid && (await findDelivery(database, tenantId, uuid));
        return delivery ? { ...delivery, __typename: 'WebhookDelivery' } : null;
      }
      if (type === 'upload') {
        const uuid = decodeId('upload', id);
        const upload =
          uuid && (await database.prisma.source.findFirst({ where: { id: uuid, tenantId, kind: 'UPLOAD' } }));
        return upload ? { ...upload, __typename: 'Upload' } : null;
      }
      return null;
    },
  }),
);
