import type { Tenant } from '../../connections/prisma/client.ts';
import { encodeId } from '../../ids.ts';
import { secretOf } from '../../webhooks/secret.ts';
import { builder } from './builder.ts';

const Viewer = builder.objectRef<Tenant>('Viewer').implement({
  description: 'Who you are to this server.',
  fields: (t) => ({
    id: t.id({
      description: 'Your tenant, such as tenant_01h455vb4pex5vsknk084sn02q.',
      resolve: ({ id }) => encodeId('tenant', id),
    }),
    webhookSecret: t.string({
      description:
        'The secret that webhooks to URLs are signed with, such as whsec_…: verify them with it. Change it with `rotateWebhookSecret`.',
      resolve: (tenant, _, { secrets }) => secretOf(secrets, tenant),
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: Viewer,
    description: 'Who you are to this server.',
    resolve: (_, _args, { database, tenantId }) =>
      database.prisma.tenant.findUniqueOrThrow({ where: { id: tenantId } }),
  }),
);
