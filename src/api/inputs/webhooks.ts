import { z } from 'zod';
import { isBatchEvent, WebhookEvent } from '../../webhooks/events.ts';
import { httpUrl, parse, refusal, shortText } from './values.ts';

const events = z.array(z.enum(WebhookEvent)).min(1, 'must not be empty; omit it for the default events').max(100);

/** The webhook of a batch, which may have any event. */
export const webhook = z
  .object({ url: httpUrl.nullish(), endpoint: z.string().nullish(), events: events.nullish() })
  .refine(({ url, endpoint }) => (url == null) !== (endpoint == null), {
    ...refusal('EXACTLY_ONE', 'exactly one of url and endpoint must be given'),
    when: () => true,
  });

export const webhookOfJob = webhook.refine(({ events }) => !events?.some(isBatchEvent), {
  ...refusal('UNSUPPORTED', 'a job has no events of batches'),
  path: ['events'],
});

export type WebhookInput = z.infer<typeof webhook>;

const createWebhookEndpoint = z.object({
  url: httpUrl,
  name: shortText(500).nullish(),
  events: events.nullish(),
});

const updateWebhookEndpoint = z.object({
  url: httpUrl.optional(),
  name: shortText(500).nullish(),
  events: events
    .nullish()
    // As in the row: an empty list means the default events.
    .transform((chosen) => (chosen === null ? [] : chosen && [...new Set(chosen)])),
});

export function parseCreateWebhookEndpoint(input: unknown): z.infer<typeof createWebhookEndpoint> {
  return parse(createWebhookEndpoint, input);
}

export function parseUpdateWebhookEndpoint(input: unknown): z.infer<typeof updateWebhookEndpoint> {
  return parse(updateWebhookEndpoint, input);
}
