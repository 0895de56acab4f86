import type { Database } from '../../../connections/database.ts';
import type { ApiKey as ApiKeyRow } from '../../../connections/prisma/client.ts';
import { RequestError } from '../../../errors.ts';
import {
  createKey,
  type IssuedKey,
  maxOverlapSeconds,
  revokeKey,
  rotateKey,
  updateKey,
} from '../../../tenants/keys.ts';
import { findTenant } from '../../../tenants/tenants.ts';
import { atMost, scope } from '../../admission/declarations.ts';
import { parseKeyChange, parseKeyId, parseNewKey, parseOverlap } from '../../inputs/keys.ts';
import { builder } from '../builder.ts';
import { ApiKey, Scope } from './api-key.ts';
import { ApiKeyLimitsInput } from './limits.ts';

const CreateApiKeyInput = builder.inputType('CreateApiKeyInput', {
  description: 'A new API key.',
  fields: (t) => ({
    name: t.string({ description: 'A label for people, at most 500 characters.' }),
    tenant: t.id({ description: 'The id of the tenant that the key belongs to. Default: your own.' }),
    scopes: t.field({
      type: [Scope],
      required: true,
      extensions: atMost(100),
      description: 'The scopes of the key, at least one.',
    }),
    expiresAt: t.field({ type: 'DateTime', description: 'When the key expires. Default: never.' }),
    limits: t.field({ type: ApiKeyLimitsInput, description: 'Limits other than the defaults.' }),
  }),
});

const UpdateApiKeyInput = builder.inputType('UpdateApiKeyInput', {
  description: 'The changes of a key. Fields that are left out stay as they are.',
  fields: (t) => ({
    name: t.string({ description: 'A label for people, at most 500 characters; null for none.' }),
    limits: t.field({ type: ApiKeyLimitsInput, description: 'The limits to change.' }),
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

const UpdateApiKeyPayload = builder.objectRef<{ key: ApiKeyRow }>('UpdateApiKeyPayload').implement({
  description: 'The result of updateApiKey.',
  fields: (t) => ({ apiKey: t.expose('key', { type: ApiKey, description: 'The changed key.' }) }),
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
    description: 'Creates an API key. Once a key exists, every caller needs one. Needs the scope OPERATOR.',
    args: { input: t.arg({ type: CreateApiKeyInput, required: true, description: 'The new key.' }) },
    async resolve(_, { input }, { system, tenantId, announceKeyChange }) {
      const { name = null, tenant, scopes, expiresAt = null, limits } = parseNewKey(input);
      const owner = tenant == null ? tenantId : await tenantUuid(system, tenant);
      const issued = await createKey(system, { tenantId: owner, name, scopes, expiresAt, limits });
      await announceKeyChange();
      return issued;
    },
  }),
  updateApiKey: t.field({
    type: UpdateApiKeyPayload,
    nullable: true,
    extensions: scope('OPERATOR'),
    description:
      'Changes the name or limits of a key. Limits apply at once, also to open connections. Needs the scope OPERATOR.',
    args: {
      id: t.arg.id({ required: true, description: 'The id of the key.' }),
      input: t.arg({ type: UpdateApiKeyInput, required: true, description: 'The changes.' }),
    },
    async resolve(_, { id, input }, { system, announceKeyChange }) {
      const key = await updateKey(system, parseKeyId(id), parseKeyChange(input));
      if (key === null) throw new RequestError('NOT_FOUND');
      await announceKeyChange();
      return { key };
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
    async resolve(_, { id, overlapSeconds }, { system, announceKeyChange }) {
      const issued = await rotateKey(system, parseKeyId(id), parseOverlap(overlapSeconds));
      if (issued === null) throw new RequestError('NOT_FOUND');
      await announceKeyChange();
      return issued;
    },
  }),
  revokeApiKey: t.field({
    type: RevokeApiKeyPayload,
    nullable: true,
    extensions: scope('OPERATOR'),
    description:
      'Revokes a key permanently. Its open connections end at once, or within five seconds while Redis is away. Safe to repeat. Needs the scope OPERATOR.',
    args: { id: t.arg.id({ required: true, description: 'The id of the key.' }) },
    async resolve(_, { id }, { system, announceKeyChange }) {
      const key = await revokeKey(system, parseKeyId(id));
      if (key === null) throw new RequestError('NOT_FOUND');
      await announceKeyChange();
      return { key };
    },
  }),
}));

async function tenantUuid(database: Database, id: string): Promise<string> {
  const uuid = await findTenant(database, id);
  if (uuid !== null) return uuid;
  const message = 'there is no tenant with this id';
  throw new RequestError('BAD_USER_INPUT', { issues: [{ path: ['input', 'tenant'], code: 'NOT_FOUND', message }] });
}
