import type { Database } from '../../../connections/database.ts';
import type { ApiKey as ApiKeyRow } from '../../../connections/prisma/client.ts';
import { RequestError } from '../../../errors.ts';
import { decodeId } from '../../../ids.ts';
import { createKey, type IssuedKey, maxOverlapSeconds, revokeKey, rotateKey } from '../../../tenants/keys.ts';
import { atMost, scope } from '../../admission/declarations.ts';
import { parseNewKey, parseOverlap } from '../../inputs/keys.ts';
import { builder } from '../builder.ts';
import { ApiKey, Scope } from './api-key.ts';

const CreateApiKeyInput = builder.inputType('CreateApiKeyInput', {
  description: 'A new API key.',
  fields: (t) => ({
    name: t.string({ description: 'A label for people, at most 500 characters.' }),
    tenant: t.id({ description: 'The id of the tenant that the key belongs to. Default: your own.' }),
    scopes: t.field({
      type: [Scope],
      required: true,
      extensions: atMost(100),
      description: 'What the key allows: at least one scope.',
    }),
    expiresAt: t.field({ type: 'DateTime', description: 'When the key expires. Default: never.' }),
  }),
});

const secretText =
  'The secret, to be sent as "Authorization: Bearer <secret>". It is shown only once; only its hash is stored.';

const CreateApiKeyPayload = builder.objectRef<IssuedKey>('CreateApiKeyPayload').implement({
  description: 'The result of createApiKey.',
  fields: (t) => ({
    apiKey: t.expose('key', { type: ApiKey, description: 'The new key.' }),
    secret: t.exposeString('secret', { description: secretText }),
  }),
});

const RotateApiKeyPayload = builder.objectRef<IssuedKey>('RotateApiKeyPayload').implement({
  description: 'The result of rotateApiKey.',
  fields: (t) => ({
    apiKey: t.expose('key', { type: ApiKey, description: 'The key.' }),
    secret: t.exposeString('secret', { description: secretText }),
  }),
});

const RevokeApiKeyPayload = builder.objectRef<{ key: ApiKeyRow }>('RevokeApiKeyPayload').implement({
  description: 'The result of revokeApiKey.',
  fields: (t) => ({ apiKey: t.expose('key', { type: ApiKey, description: 'The revoked key.' }) }),
});

builder.mutationFields((t) => ({
  createApiKey: t.field({
    type: CreateApiKeyPayload,
    nullable: true,
    extensions: scope('OPERATOR'),
    description: 'Creates an API key. From the first key on, every caller needs one. Needs the scope OPERATOR.',
    args: { input: t.arg({ type: CreateApiKeyInput, required: true, description: 'The new key.' }) },
    async resolve(_, { input }, { writes, tenantId }) {
      const { name = null, tenant, scopes, expiresAt = null } = parseNewKey(input);
      const owner = tenant == null ? tenantId : await tenantUuid(writes, tenant);
      return await createKey(writes, { tenantId: owner, name, scopes, expiresAt });
    },
  }),
  rotateApiKey: t.field({
    type: RotateApiKeyPayload,
    nullable: true,
    extensions: scope('OPERATOR'),
    description: 'Replaces the secret of a key. A revoked or expired key is NOT_FOUND. Needs the scope OPERATOR.',
    args: {
      id: t.arg.id({ required: true, description: 'The id of the key.' }),
      overlapSeconds: t.arg.int({
        description: `How long the previous secret stays valid, in seconds: 0 to ${maxOverlapSeconds}, a week. Default 0.`,
      }),
    },
    async resolve(_, { id, overlapSeconds }, { writes }) {
      const uuid = decodeId('key', id);
      const seconds = parseOverlap(overlapSeconds);
      const issued = uuid === null ? null : await rotateKey(writes, uuid, seconds);
      if (issued === null) throw new RequestError('NOT_FOUND');
      return issued;
    },
  }),
  revokeApiKey: t.field({
    type: RevokeApiKeyPayload,
    nullable: true,
    extensions: scope('OPERATOR'),
    description:
      'Revokes a key for good. Its open connections end within five seconds. Safe to repeat. Needs the scope OPERATOR.',
    args: { id: t.arg.id({ required: true, description: 'The id of the key.' }) },
    async resolve(_, { id }, { writes }) {
      const uuid = decodeId('key', id);
      const key = uuid === null ? null : await revokeKey(writes, uuid);
      if (key === null) throw new RequestError('NOT_FOUND');
      return { key };
    },
  }),
}));

async function tenantUuid({ prisma }: Database, id: string): Promise<string> {
  const uuid = decodeId('tenant', id);
  const tenant = uuid === null ? null : await prisma.tenant.findUnique({ where: { id: uuid }, select: { id: true } });
  if (tenant !== null) return tenant.id;
  const message = 'there is no tenant with this id';
  throw new RequestError('BAD_USER_INPUT', { issues: [{ path: ['input', 'tenant'], code: 'NOT_FOUND', message }] });
}
