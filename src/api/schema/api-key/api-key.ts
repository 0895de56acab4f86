import type { ApiKey as ApiKeyRow } from '../../../connections/prisma/client.ts';
import { Scope as Scopes } from '../../../connections/prisma/enums.ts';
import { encodeId } from '../../../ids.ts';
import { builder } from '../builder.ts';

export const Scope = builder.enumType('Scope', {
  description: 'What an API key allows. No scope includes another.',
  values: {
    READ: { value: Scopes.READ, description: 'Queries and subscriptions about the data of the tenant.' },
    WRITE: {
      value: Scopes.WRITE,
      description:
        'Mutations, and secrets that allow changes, such as `Upload.url`. Reading more than the changed object itself needs READ as well.',
    },
    OPERATOR: {
      value: Scopes.OPERATOR,
      description: 'Everything about the whole installation: health, metrics, API keys.',
    },
  },
});

export const ApiKey = builder.objectRef<ApiKeyRow>('ApiKey').implement({
  description:
    'The credentials of a client: "Authorization: Bearer <secret>". The secret is shown only once, when it is created.',
  fields: (t) => ({
    id: t.id({
      description: 'The id, such as key_01h455vb4pex5vsknk084sn02q.',
      resolve: ({ id }) => encodeId('key', id),
    }),
    tenantId: t.id({
      description: 'The id of the tenant that the key belongs to.',
      resolve: ({ tenantId }) => encodeId('tenant', tenantId),
    }),
    name: t.exposeString('name', { nullable: true, description: 'A label for people.' }),
    scopes: t.expose('scopes', { type: [Scope], description: 'What the key allows.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the key was created.' }),
    rotatedAt: t.expose('rotatedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the secret was last replaced; null if it never was.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the key expires; null if it does not.',
    }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the key was revoked; null if it was not.',
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the key was last used, to the minute; null if it never was.',
    }),
  }),
});
