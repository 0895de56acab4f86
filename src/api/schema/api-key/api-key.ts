import type { ApiKey as ApiKeyRow } from '../../../connections/prisma/client.ts';
import { Scope as Scopes } from '../../../connections/prisma/enums.ts';
import { encodeId } from '../../../ids.ts';
import { scope } from '../../admission/declarations.ts';
import { builder } from '../builder.ts';
import { ApiKeyLimits, limitsOfKey } from './limits.ts';

export const Scope = builder.enumType('Scope', {
  description: 'The permissions of an API key. No scope includes another.',
  values: {
    READ: { value: Scopes.READ, description: "Queries and subscriptions on the tenant's data." },
    WRITE: {
      value: Scopes.WRITE,
      description:
        'Mutations, and secrets that allow changes, such as `Upload.url`. A mutation returns only scalar fields of the changed object without READ.',
    },
    OPERATOR: {
      value: Scopes.OPERATOR,
      description: 'Operations on the whole installation: health, metrics, workers, API keys, tenants, the audit log.',
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
    scopes: t.expose('scopes', { type: [Scope], description: 'The scopes of the key.' }),
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
    limits: t.field({
      type: ApiKeyLimits,
      extensions: scope('ANY'),
      description: 'The limits of the key.',
      resolve: limitsOfKey,
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the key was last used, to the minute; null if it never was.',
    }),
  }),
});
