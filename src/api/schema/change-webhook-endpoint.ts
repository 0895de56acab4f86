import { deleteEndpoint, pauseEndpoint, resumeEndpoint, updateEndpoint } from '../../webhooks/change-endpoint.ts';
import type { WebhookEndpoint as WebhookEndpointRow } from '../../webhooks/endpoints.ts';
import { atMost } from '../admission/declarations.ts';
import { parseUpdateWebhookEndpoint } from '../webhook-inputs.ts';
import { checkWebhookUrl } from '../webhook-target.ts';
import { builder } from './builder.ts';
import { endpointUuid, WebhookEndpoint } from './webhook-endpoint.ts';
import { WebhookEvent } from './webhook-input.ts';

const UpdateWebhookEndpointInput = builder.inputType('UpdateWebhookEndpointInput', {
  description: 'What is to change of an endpoint; what is left out stays.',
  fields: (t) => ({
    url: t.string({ description: 'Where to send from now on, what waits already included. As for a new one.' }),
    name: t.string({ description: 'A label of your own, 500 characters at most; null for none.' }),
    events: t.field({
      extensions: atMost(100),
      type: [WebhookEvent],
      description: 'What to tell where a later job or batch names no events; null for the three ends.',
    }),
  }),
});

interface Changed {
  endpoint: WebhookEndpointRow;
}

const UpdateWebhookEndpointPayload = builder.objectRef<Changed>('UpdateWebhookEndpointPayload').implement({
  description: 'What updateWebhookEndpoint gives back.',
  fields: (t) => ({
    endpoint: t.expose('endpoint', { type: WebhookEndpoint, description: 'The endpoint as it is now.' }),
  }),
});

const PauseWebhookEndpointPayload = builder.objectRef<Changed>('PauseWebhookEndpointPayload').implement({
  description: 'What pauseWebhookEndpoint gives back.',
  fields: (t) => ({
    endpoint: t.expose('endpoint', { type: WebhookEndpoint, description: 'The endpoint, paused.' }),
  }),
});

const ResumeWebhookEndpointPayload = builder.objectRef<Changed>('ResumeWebhookEndpointPayload').implement({
  description: 'What resumeWebhookEndpoint gives back.',
  fields: (t) => ({
    endpoint: t.expose('endpoint', { type: WebhookEndpoint, description: 'The endpoint, paused no more.' }),
  }),
});

const DeleteWebhookEndpointPayload = builder
  .objectRef<{ deletedId: string }>('DeleteWebhookEndpointPayload')
  .implement({
    description: 'What deleteWebhookEndpoint gives back.',
    fields: (t) => ({ deletedId: t.exposeID('deletedId', { description: 'The id of what is gone.' }) }),
  });

const idText = 'The id of the endpoint.';

builder.mutationFields((t) => ({
  updateWebhookEndpoint: t.field({
    type: UpdateWebhookEndpointPayload,
    nullable: true,
    description: 'Changes the address, name or events of an endpoint. Its secret stays, and so does a pause.',
    args: {
      id: t.arg.id({ required: true, description: idText }),
      input: t.arg({ type: UpdateWebhookEndpointInput, required: true, description: 'What is to change.' }),
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
      'Sends nothing to an endpoint until `resumeWebhookEndpoint`: what is to be told waits, 30 days at most. Attempts under way come to their end.',
    args: { id: t.arg.id({ required: true, description: idText }) },
    async resolve(_, { id }, { writes, tenantId }) {
      return { endpoint: await pauseEndpoint(writes, tenantId, endpointUuid(id)) };
    },
  }),
  resumeWebhookEndpoint: t.field({
    type: ResumeWebhookEndpointPayload,
    nullable: true,
    description:
      'Ends the pause of an endpoint: what waits is sent, each with all its attempts before it. Nothing happens to one that is not paused.',
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
      'Deletes an endpoint, and its secret. Jobs and batches that name it go on without telling anybody; what waited to be told is DEAD, and stays in `webhookDeliveries` as all that ended.',
    args: { id: t.arg.id({ required: true, description: idText }) },
    async resolve(_, { id }, { writes, tenantId }) {
      await deleteEndpoint(writes, tenantId, endpointUuid(id));
      return { deletedId: id };
    },
  }),
}));
