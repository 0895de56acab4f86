import type { Tenant } from '../../connections/prisma/client.ts';
import { encodeId } from '../../ids.ts';
import { secretOf } from '../../webhooks/secret.ts';
import { builder } from './builder.ts';

const Viewer = builder.objectRef<Tenant>('Viewer').implement({
  description: 'The caller of the API.',
  fields: (t) => ({
    id: t.id({
      description: 'The id of your tenant, such as tenant_01h455vb4pex5vsknk084sn02q.',
      resolve: ({ id }) => encodeId('tenant', id),
    }),
    webhookSecret: t.string({
      description:
        'The secret that signs webhooks to URLs, such as whsec_…. Use it to verify them, and `rotateWebhookSecret` to change it.',
      resolve: (tenant, _, { secrets }) => secretOf(secrets, tenant),
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: Viewer,
    description: 'The caller of the API.',
    resolve: (_, _args, { database, tenantId }) =>
      database.prisma.tenant.findUniqueOrThrow({ where: { id: tenantId } }),
  }),
);
