import type { Tenant } from '../../connections/prisma/client.ts';
import { RequestError } from '../../errors.ts';
import { decodeId, encodeId } from '../../ids.ts';
import {
  createEndpoint,
  listEndpoints,
  maxEndpoints,
  rotateEndpointSecret,
  rotateTenantSecret,
  type WebhookEndpoint as WebhookEndpointRow,
} from '../../webhooks/endpoints.ts';
import { previousValidUntil, type SecretOwner, secretOf } from '../../webhooks/secret.ts';
import { atMost } from '../admission/declarations.ts';
import { withoutCredentials } from '../sources.ts';
import { parseCreateWebhookEndpoint } from '../webhook-inputs.ts';
import { checkWebhookUrl } from '../webhook-target.ts';
import { builder } from './builder.ts';
import { Node } from './node.ts';
import { WebhookEvent } from './webhook-input.ts';

export const WebhookEndpoint = builder.objectRef<WebhookEndpointRow>('WebhookEndpoint').implement({
  description: 'An address for webhooks, with a secret of its own.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({
      description: 'Such as endpoint_01h455vb4pex5vsknk084sn02q.',
      resolve: ({ id }) => encodeId('endpoint', id),
    }),
    name: t.exposeString('name', { nullable: true, description: 'Your label for it.' }),
    url: t.string({
      description: 'Where its webhooks are sent, without the user name and password that it may have been given with.',
      resolve: ({ url }) => withoutCredentials(url),
    }),
    events: t.expose('events', {
      type: [WebhookEvent],
      description: 'What is told where a job or batch names no events; none for the three ends.',
    }),
    failingSince: t.expose('failingSince', {
      type: 'DateTime',
      nullable: true,
      description: 'The first failed attempt since the last one that succeeded; null while all is well.',
    }),
    pausedAt: t.expose('pausedAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'Since when nothing is sent: every attempt failed for a day, it answered 410 Gone, or `pauseWebhookEndpoint` was called. What is to be told waits, 30 days at most.',
    }),
    pauseReason: t.exposeString('pauseReason', { nullable: true, description: 'Why it is paused, for people.' }),
    previousSecretValidUntil: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'After a rotation: until when the secret before it signs, too.',
      resolve: previousValidUntil,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
});

builder.queryField('webhookEndpoints', (t) =>
  t.field({
    type: [WebhookEndpoint],
    description: `Your endpoints, newest first: ${maxEndpoints} at most.`,
    resolve: (_, _args, { database, tenantId }) => listEndpoints(database, tenantId),
  }),
);

export function endpointUuid(id: string): string {
  const uuid = decodeId('endpoint', id);
  if (uuid === null) throw new RequestError('NOT_FOUND', { message: 'There is no such endpoint.' });
  return uuid;
}

const CreateWebhookEndpointInput = builder.inputType('CreateWebhookEndpointInput', {
  description: 'An address for webhooks.',
  fields: (t) => ({
    url: t.string({ required: true, description: 'http or https. Private addresses are refused.' }),
    name: t.string({ description: 'A label of your own, 500 characters at most.' }),
    events: t.field({
      extensions: atMost(100),
      type: [WebhookEvent],
      description: 'What to tell where a job or batch names no events. By default the three ends.',
    }),
  }),
});

interface SecretGiven {
  endpoint: WebhookEndpointRow;
  secret: string;
}

const secretText =
  'The secret that its webhooks are signed with, such as whsec_…: verify them with it. Shown this once; it cannot be read again.';

const CreateWebhookEndpointPayload = builder.objectRef<SecretGiven>('CreateWebhookEndpointPayload').implement({
  description: 'What createWebhookEndpoint gives back.',
  fields: (t) => ({
    endpoint: t.expose('endpoint', { type: WebhookEndpoint, description: 'The endpoint.' }),
    secret: t.exposeString('secret', { description: secretText }),
  }),
});

const RotateWebhookSecretPayload = builder
  .objectRef<{ owner: WebhookEndpointRow | Tenant; secret: string }>('RotateWebhookSecretPayload')
  .implement({
    description: 'What rotateWebhookSecret gives back.',
    fields: (t) => ({
      endpoint: t.field({
        type: WebhookEndpoint,
        nullable: true,
        description: 'The endpoint; null if the secret is that of your URLs.',
        resolve: ({ owner }) => ('url' in owner ? owner : null),
      }),
      secret: t.exposeString('secret', { description: 'The new secret. That of an endpoint is shown this once.' }),
      previousSecretValidUntil: t.field({
        type: 'DateTime',
        description: 'Until then everything has two signatures, one by the secret before: time to change receivers.',
        resolve: ({ owner }) => previousValidUntil(owner) ?? new Date(),
      }),
    }),
  });

builder.mutationFields((t) => ({
  createWebhookEndpoint: t.field({
    type: CreateWebhookEndpointPayload,
    nullable: true,
    description: 'Sets up an address for webhooks. Jobs and batches name it in `webhook.endpoint`.',
    args: { input: t.arg({ type: CreateWebhookEndpointInput, required: true, description: 'The address.' }) },
    async resolve(_, { input }, context) {
      const { writes, tenantId, secrets } = context;
      const { url, name = null, events } = parseCreateWebhookEndpoint(input);
      checkWebhookUrl(context, url, ['input', 'url']);
      const endpoint = await createEndpoint(writes, tenantId, { url, name, events: [...new Set(events)] });
      return { endpoint, secret: secretOf(secrets, endpoint) };
    },
  }),
  rotateWebhookSecret: t.field({
    type: RotateWebhookSecretPayload,
    nullable: true,
    description:
      'Makes a new secret. For 24 hours what is sent is signed with the new one and the one before it; after a second rotation within them, with the last two.',
    args: {
      id: t.arg.id({
        required: true,
        description: 'The id of an endpoint; or `viewer.id`, for the secret of your URLs.',
      }),
    },
    async resolve(_, { id }, { writes, tenantId, secrets }) {
      const owner: (WebhookEndpointRow | Tenant) & SecretOwner =
        decodeId('tenant', id) === tenantId
          ? await rotateTenantSecret(writes, tenantId)
          : await rotateEndpointSecret(writes, tenantId, endpointUuid(id));
      return { owner, secret: secretOf(secrets, owner) };
    },
  }),
}));
