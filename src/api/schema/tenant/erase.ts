import type { TenantErasure as ErasureRow } from '../../../connections/prisma/client.ts';
import { RequestError } from '../../../errors.ts';
import { decodeId, encodeId } from '../../../ids.ts';
import { type ErasedKind, readCounts, requestErasure } from '../../../retention/erase-tenant.ts';
import { scope } from '../../admission/declarations.ts';
import { defaultTenantId } from '../../context.ts';
import { builder } from '../builder.ts';
import { resolveNewestFirst } from '../connection.ts';

const extensions = scope('OPERATOR');

const TenantErasure = builder.objectRef<ErasureRow>('TenantErasure').implement({
  description: 'The receipt of the erasure of a tenant. Needs the scope OPERATOR.',
  fields: (t) => {
    const count = (kind: ErasedKind, what: string) =>
      t.field({
        type: 'BigInt',
        extensions,
        description: `Number of ${what} deleted so far. Parts that maintenance deleted right before it was killed are missing.`,
        resolve: (row) => readCounts(row)[kind] ?? 0,
      });
    return {
      id: t.id({
        description: 'The id, such as erasure_01h455vb4pex5vsknk084sn02q.',
        extensions,
        resolve: ({ id }) => encodeId('erasure', id),
      }),
      tenantId: t.id({
        description: 'The id of the tenant.',
        extensions,
        resolve: ({ erasedTenantId }) => encodeId('tenant', erasedTenantId),
      }),
      createdAt: t.expose('requestedAt', { type: 'DateTime', description: 'When it was requested.', extensions }),
      finishedAt: t.expose('finishedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When nothing of the tenant was left; null until then.',
        extensions,
      }),
      jobs: count('jobs', 'jobs'),
      pages: count('pages', 'pages'),
      documents: count('documents', 'stored documents'),
      batches: count('batches', 'batches'),
      webhookEndpoints: count('webhookEndpoints', 'webhook endpoints'),
      webhookDeliveries: count('webhookDeliveries', 'webhook deliveries'),
      apiKeys: count('apiKeys', 'API keys'),
    };
  },
});

const TenantErasureConnection = builder.connectionObject(
  {
    type: TenantErasure,
    name: 'TenantErasureConnection',
    description: 'A page of the list of erasures, newest first.',
  },
  { name: 'TenantErasureEdge', description: 'An erasure with its cursor.' },
);

builder.queryField('tenantErasures', (t) =>
  t.field({
    type: TenantErasureConnection,
    extensions,
    description: 'The receipts of all erasures, newest first. They are kept for ever. Needs the scope OPERATOR.',
    args: t.arg.connectionArgs(),
    resolve: (_, args, context) =>
      resolveNewestFirst(context, args, (part) => context.system.prisma.tenantErasure.findMany(part)),
  }),
);

const EraseTenantPayload = builder.objectRef<{ erasure: ErasureRow }>('EraseTenantPayload').implement({
  description: 'The result of eraseTenant.',
  fields: (t) => ({
    erasure: t.expose('erasure', { type: TenantErasure, description: 'The receipt, which is filled in meanwhile.' }),
  }),
});

builder.mutationField('eraseTenant', (t) =>
  t.field({
    type: EraseTenantPayload,
    nullable: true,
    extensions,
    description:
      'Deletes a tenant with everything that it has: jobs, also unfinished ones, results, documents, batches, webhooks and keys. Its keys end at once, and maintenance ' +
      'deletes the rest in the background. This cannot be undone. The audit log keeps its entries. Needs the scope OPERATOR.',
    args: {
      id: t.arg.id({ required: true, description: 'The id of the tenant.' }),
      name: t.arg.string({
        required: true,
        description: 'The name of the tenant, to confirm that it is the right one.',
      }),
    },
    async resolve(_, { id, name }, { system, tenantId, announceKeyChange }) {
      const uuid = decodeId('tenant', id);
      if (uuid === null) throw new RequestError('NOT_FOUND');
      if (uuid === tenantId || uuid === defaultTenantId) throw new RequestError('TENANT_PROTECTED');
      const erasure = await requestErasure(system, uuid, name);
      if (erasure === null) throw new RequestError('NOT_FOUND');
      await announceKeyChange();
      return { erasure };
    },
  }),
);
