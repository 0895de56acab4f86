import { findWorker } from '../../fleet/workers.ts';
import { decodeId, decodePageId, type IdType, idType } from '../../ids.ts';
import { findOperation } from '../../operations/operations.ts';
import { findDelivery } from '../../webhooks/deliveries.ts';
import { findEndpoint } from '../../webhooks/endpoints.ts';
import type { ApiContext } from '../context.ts';
import { builder } from './builder.ts';

/** An object with its own id. `__typename` states its type, and the fields load the rest. */
type NodeShape = object;

export const Node = builder.interfaceRef<NodeShape>('Node').implement({
  description:
    'An object with a global id. Ids are opaque, typed, and the same in the API, logs, the CLI and webhooks.',
  fields: (t) => ({ id: t.id({ description: 'The global id, such as job_01h455vb4pex5vsknk084sn02q.' }) }),
});

/** Finds an object of the caller's tenant by its UUID. */
type Find = (context: ApiContext, id: string) => Promise<NodeShape | null>;

/** The GraphQL type name and the lookup of each type of id. */
const types = {
  job: {
    __typename: 'Job',
    find: ({ database, tenantId }, id) =>
      database.prisma.job.findFirst({
        where: { id, tenantId },
        select: { id: true, createdAt: true, batchIndex: true },
      }),
  },
  batch: {
    __typename: 'Batch',
    find: ({ database, tenantId }, id) =>
      database.prisma.batch.findFirst({ where: { id, tenantId }, select: { id: true, createdAt: true } }),
  },
  upload: {
    __typename: 'Upload',
    find: ({ database, tenantId }, id) => database.prisma.source.findFirst({ where: { id, tenantId, kind: 'UPLOAD' } }),
  },
  endpoint: {
    __typename: 'WebhookEndpoint',
    find: ({ database, tenantId }, id) => findEndpoint(database, tenantId, id),
  },
  delivery: {
    __typename: 'WebhookDelivery',
    find: ({ database, tenantId }, id) => findDelivery(database, tenantId, id),
  },
  worker: {
    __typename: 'Worker',
    // A worker serves all tenants.
    find: async ({ system, scopes }, id) =>
      scopes.has('OPERATOR') ? await findWorker({ database: system }, id) : null,
  },
  operation: {
    __typename: 'BulkOperation',
    find: async ({ system, scopes }, id) => (scopes.has('OPERATOR') ? await findOperation(system, id) : null),
  },
} satisfies Partial<Record<IdType, { __typename: string; find: Find }>>;

function isNodeType(name: string | null): name is keyof typeof types {
  return name !== null && Object.hasOwn(types, name);
}

async function findNode(context: ApiContext, id: string): Promise<NodeShape | null> {
  const page = decodePageId(id);
  if (page !== null) return await findPage(context, page);
  const type = idType(id);
  const uuid = isNodeType(type) ? decodeId(type, id) : null;
  if (!isNodeType(type) || uuid === null) return null;
  const { __typename, find } = types[type];
  const found = await find(context, uuid);
  return found && { ...found, __typename };
}

async function findPage(
  { database, tenantId }: ApiContext,
  where: { jobId: string; number: number },
): Promise<NodeShape | null> {
  const select = { jobId: true, number: true };
  const page = await database.prisma.page.findFirst({ where: { ...where, tenantId }, select });
  return page && { ...page, __typename: 'Page' };
}

builder.queryField('node', (t) =>
  t.field({
    type: Node,
    nullable: true,
    description: 'The object with this id; null if it does not exist or you lack access.',
    args: { id: t.arg.id({ required: true, description: 'The id of any object that implements `Node`.' }) },
    resolve: (_, { id }, context) => findNode(context, id),
  }),
);
