import { deleteEndpoint, pauseEndpoint, resumeEndpoint, updateEndpoint } from '../../../webhooks/change-endpoint.ts';
import { checkWebhookUrl } from '../../../webhooks/choose-target.ts';
import type { WebhookEndpoint as WebhookEndpointRow } from '../../../webhooks/endpoints.ts';
import { atMost } from '../../admission/declarations.ts';
import { parseUpdateWebhookEndpoint } from '../../inputs/webhooks.ts';
import { builder } from '../builder.ts';
import { WebhookEvent } from '../webhook-input.ts';
import { endpointUuid, WebhookEndpoint } from './endpoint.ts';

const UpdateWebhookEndpointInput = builder.inputType('UpdateWebhookEndpointInput', {
  description: 'The changes of an endpoint. Fields that are left out stay as they are.',
  fields: (t) => ({
    url: t.string({
      description: 'The new URL, also for events that already wait. The rules are those of a new endpoint.',
    }),
    name: t.string({ description: 'Your label, at most 500 characters; null for none.' }),
    events: t.field({
      extensions: atMost(100),
      type: [WebhookEvent],
      description:
        'The events to send for later jobs and batches that name none; null for COMPLETED, FAILED and CANCELLED.',
    }),
  }),
});

interface Changed {
  endpoint: WebhookEndpointRow;
}

const UpdateWebhookEndpointPayload = builder.objectRef<Changed>('UpdateWebhookEndpointPayload').implement({
  description: 'The result of updateWebhookEndpoint.',
  fields: (t) => ({
    endpoint: t.expose('endpoint', { type: WebhookEndpoint, description: 'The changed endpoint.' }),
  }),
});

const PauseWebhookEndpointPayload = builder.objectRef<Changed>('PauseWebhookEndpointPayload').implement({
  description: 'The result of pauseWebhookEndpoint.',
  fields: (t) => ({
    endpoint: t.expose('endpoint', { type: WebhookEndpoint, description: 'The paused endpoint.' }),
  }),
});

const ResumeWebhookEndpointPayload = builder.objectRef<Changed>('ResumeWebhookEndpointPayload').implement({
  description: 'The result of resumeWebhookEndpoint.',
  fields: (t) => ({
    endpoint: t.expose('endpoint', { type: WebhookEndpoint, description: 'The resumed endpoint.' }),
  }),
});

const DeleteWebhookEndpointPayload = builder
  .objectRef<{ deletedId: string }>('DeleteWebhookEndpointPayload')
  .implement({
    description: 'The result of deleteWebhookEndpoint.',
    fields: (t) => ({ deletedId: t.exposeID('deletedId', { description: 'The id of the deleted endpoint.' }) }),
  });

const idText = 'The id of the endpoint.';

builder.mutationFields((t) => ({
  updateWebhookEndpoint: t.field({
    type: UpdateWebhookEndpointPayload,
    nullable: true,
    description:
      'Changes the URL, name or events of an endpoint. Its secret stays the same, and a paused endpoint stays paused.',
    args: {
      id: t.arg.id({ required: true, description: idText }),
      input: t.arg({ type: UpdateWebhookEndpointInput, required: true, description: 'The changes.' }),
    },
    async resolve(_, { id, input }, context) {
      const change = parseUpdateWebhookEndpoint(input);
      if (change.url !== undefined) checkWebhookUrl(context, change.url, ['input', 'url']);
      return { endpoint: await updateEndpoint(context.writes, context.tenantId, endpointUuid(id), change) };
    },
  }),
  pauseWebhookEndpoint: t.field({
    type: PauseWebhookEndpointPayload,
    nullable: true,
    description:
      'Stops sending to an endpoint until `resumeWebhookEndpoint`. Events wait, at most 30 days unless the operator has set another number. Running attempts are finished.',
    args: { id: t.arg.id({ required: true, description: idText }) },
    async resolve(_, { id }, { writes, tenantId }) {
      return { endpoint: await pauseEndpoint(writes, tenantId, endpointUuid(id)) };
    },
  }),
  resumeWebhookEndpoint: t.field({
    type: ResumeWebhookEndpointPayload,
    nullable: true,
    description:
      'Resumes a paused endpoint. Waiting events are sent, each with its full number of attempts. Does nothing if the endpoint is not paused.',
    args: { id: t.arg.id({ required: true, description: idText }) },
    async resolve(_, { id }, { writes, tenantId, ringDeliveries }) {
      const endpoint = await resumeEndpoint(writes, tenantId, endpointUuid(id));
      ringDeliveries();
      return { endpoint };
    },
  }),
  deleteWebhookEndpoint: t.field({
    type: DeleteWebhookEndpointPayload,
    nullable: true,
    description:
      'Deletes an endpoint and its secret. Jobs and batches that name it continue without webhooks. Its waiting deliveries become DEAD and stay in `webhookDeliveries`.',
    args: { id: t.arg.id({ required: true, description: idText }) },
    async resolve(_, { id }, { writes, tenantId }) {
      await deleteEndpoint(writes, tenantId, endpointUuid(id));
      return { deletedId: id };
    },
  }),
}));
