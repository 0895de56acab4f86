import type { Tenant } from '../../connections/prisma/client.ts';
import { encodeId } from '../../ids.ts';
import { secretOf } from '../../webhooks/secret.ts';
import { scope } from '../admission/declarations.ts';
import { ApiKey, Scope } from './api-key/api-key.ts';
import { builder } from './builder.ts';

const Viewer = builder.objectRef<Tenant>('Viewer').implement({
  description: 'The caller of the API.',
  fields: (t) => ({
    id: t.id({
      description: 'The id of your tenant, such as tenant_01h455vb4pex5vsknk084sn02q.',
      resolve: ({ id }) => encodeId('tenant', id),
    }),
    name: t.exposeString('name', { description: 'The name of your tenant.' }),
    scopes: t.field({
      type: [Scope],
      description: 'What you may do.',
      resolve: (_, _args, { scopes }) => [...scopes],
    }),
    apiKey: t.field({
      type: ApiKey,
      nullable: true,
      description: 'The key of the request; null for a request without a key.',
      resolve: (_, _args, { database, key }) =>
        key === null ? null : database.prisma.apiKey.findUnique({ where: { id: key.id } }),
    }),
    webhookSecret: t.string({
      extensions: scope('WRITE'),
      description:
        'The secret that signs webhooks to URLs, such as whsec_…. Use it to verify them, and `rotateWebhookSecret` to change it. Needs the scope WRITE.',
      resolve: (tenant, _, { secrets }) => secretOf(secrets, tenant),
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: Viewer,
    extensions: scope('ANY'),
    description: 'The caller of the API. Needs no particular scope.',
    resolve: (_, _args, { database, tenantId }) =>
      database.prisma.tenant.findUniqueOrThrow({ where: { id: tenantId } }),
  }),
);
