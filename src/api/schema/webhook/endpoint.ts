import type { Tenant } from '../../../connections/prisma/client.ts';
import { withoutCredentials } from '../../../documents/url-credentials.ts';
import { RequestError } from '../../../errors.ts';
import { decodeId, encodeId } from '../../../ids.ts';
import { checkWebhookUrl } from '../../../webhooks/choose-target.ts';
import {
  createEndpoint,
  listEndpoints,
  maxEndpoints,
  rotateEndpointSecret,
  rotateTenantSecret,
  type WebhookEndpoint as WebhookEndpointRow,
} from '../../../webhooks/endpoints.ts';
import { previousValidUntil, type SecretOwner, secretOf } from '../../../webhooks/secret.ts';
import { atMost, cost, scope } from '../../admission/declarations.ts';
import { parseCreateWebhookEndpoint } from '../../inputs/webhooks.ts';
import { builder } from '../builder.ts';
import { Node } from '../node.ts';
import { WebhookEvent } from '../webhook-input.ts';

export const WebhookEndpoint = builder.objectRef<WebhookEndpointRow>('WebhookEndpoint').implement({
  description: 'A receiver of webhooks with a dedicated secret.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({
      description: 'The global id, such as endpoint_01h455vb4pex5vsknk084sn02q.',
      resolve: ({ id }) => encodeId('endpoint', id),
    }),
    name: t.exposeString('name', { nullable: true, description: 'Your label.' }),
    url: t.string({
      extensions: scope('WRITE'),
      description:
        'The URL that webhooks are sent to, without user name and password. Some receivers accept any request to it, so it needs the scope WRITE.',
      resolve: ({ url }) => withoutCredentials(url),
    }),
    events: t.expose('events', {
      type: [WebhookEvent],
      description: 'The events to send for jobs and batches that name none. If empty: COMPLETED, FAILED and CANCELLED.',
    }),
    failingSince: t.expose('failingSince', {
      type: 'DateTime',
      nullable: true,
      description: 'The time of the first failed attempt since the last success; null if the last attempt succeeded.',
    }),
    pausedAt: t.expose('pausedAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'Since when the endpoint is paused: every attempt failed for a day, it answered 410 Gone, or `pauseWebhookEndpoint` was called. Events wait, at most 30 days unless the operator has set another number.',
    }),
    pauseReason: t.exposeString('pauseReason', {
      nullable: true,
      description: 'Why the endpoint is paused, for people.',
    }),
    previousSecretValidUntil: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'After a rotation: until when the previous secret signs as well.',
      resolve: previousValidUntil,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the endpoint was created.' }),
  }),
});

builder.queryField('webhookEndpoints', (t) =>
  t.field({
    extensions: cost({ items: 20 }),
    type: [WebhookEndpoint],
    description: `Your endpoints, newest first; at most ${maxEndpoints}.`,
    resolve: (_, _args, { database, tenantId }) => listEndpoints(database, tenantId),
  }),
);

export function endpointUuid(id: string): string {
  const uuid = decodeId('endpoint', id);
  if (uuid === null) throw new RequestError('NOT_FOUND', { message: 'There is no such endpoint.' });
  return uuid;
}

const CreateWebhookEndpointInput = builder.inputType('CreateWebhookEndpointInput', {
  description: 'A receiver of webhooks.',
  fields: (t) => ({
    url: t.string({ required: true, description: 'An http or https URL. Private addresses are refused.' }),
    name: t.string({ description: 'Your label, at most 500 characters.' }),
    events: t.field({
      extensions: atMost(100),
      type: [WebhookEvent],
      description: 'The events to send for jobs and batches that name none. Default: COMPLETED, FAILED and CANCELLED.',
    }),
  }),
});

interface SecretGiven {
  endpoint: WebhookEndpointRow;
  secret: string;
}

const secretText = 'The secret that signs its webhooks, such as whsec_…. Use it to verify them. It is shown only once.';

const CreateWebhookEndpointPayload = builder.objectRef<SecretGiven>('CreateWebhookEndpointPayload').implement({
  description: 'The result of createWebhookEndpoint.',
  fields: (t) => ({
    endpoint: t.expose('endpoint', { type: WebhookEndpoint, description: 'The endpoint.' }),
    secret: t.exposeString('secret', { description: secretText }),
  }),
});

const RotateWebhookSecretPayload = builder
  .objectRef<{ owner: WebhookEndpointRow | Tenant; secret: string }>('RotateWebhookSecretPayload')
  .implement({
    description: 'The result of rotateWebhookSecret.',
    fields: (t) => ({
      endpoint: t.field({
        type: WebhookEndpoint,
        nullable: true,
        description: 'The endpoint; null if the secret signs webhooks to URLs.',
        resolve: ({ owner }) => ('url' in owner ? owner : null),
      }),
      secret: t.exposeString('secret', {
        description: 'The new secret. The secret of an endpoint is shown only once.',
      }),
      previousSecretValidUntil: t.field({
        type: 'DateTime',
        description:
          'Until when webhooks have two signatures, the second by the previous secret. Change your receivers before.',
        resolve: ({ owner }) => previousValidUntil(owner) ?? new Date(),
      }),
    }),
  });

builder.mutationFields((t) => ({
  createWebhookEndpoint: t.field({
    type: CreateWebhookEndpointPayload,
    nullable: true,
    description: 'Creates a receiver of webhooks. Jobs and batches name it in `webhook.endpoint`.',
    args: { input: t.arg({ type: CreateWebhookEndpointInput, required: true, description: 'The receiver.' }) },
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
      'Creates a new secret. For 24 hours webhooks are signed with the new and the previous secret; after a second rotation in that time, with the last two.',
    args: {
      id: t.arg.id({
        required: true,
        description: 'The id of an endpoint, or `viewer.id` for the secret of webhooks to URLs.',
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
