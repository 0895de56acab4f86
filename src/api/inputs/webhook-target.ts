import { type InputIssue, RequestError } from '../../errors.ts';
import { decodeId } from '../../ids.ts';
import type { WebhookTarget } from '../../jobs/submit.ts';
import { findEndpoint } from '../../webhooks/endpoints.ts';
import { chooseEvents, type Subject } from '../../webhooks/events.ts';
import { laneOf } from '../../webhooks/target.ts';
import type { ApiContext } from '../context.ts';
import type { WebhookInput } from './webhooks.ts';

/** Refuses what can be seen to lead to a private address; `path` is that of the URL in the input. */
export function checkWebhookUrl({ guard }: ApiContext, url: string, path: InputIssue['path']): void {
  if (!guard.isForbidden(new URL(url))) return;
  const message = 'is a private or reserved address; an operator can add it to PRIVATE_HOSTS_ALLOWED';
  throw new RequestError('BAD_USER_INPUT', { issues: [{ path, code: 'ADDRESS_FORBIDDEN', message }] });
}

/**
 * Whom a job or batch is to tell. Where a name leads is not looked up: that would take its time, and may be otherwise when
 * there is something to tell; what is wrong with it shows in the attempts of its deliveries.
 */
export async function receiveWebhook(
  context: ApiContext,
  subject: Subject,
  input: WebhookInput | null | undefined,
): Promise<WebhookTarget | null> {
  if (input == null) return null;
  const { writes, tenantId } = context;
  const { url, endpoint } = input;
  const named = input.events ?? [];
  if (url != null) {
    checkWebhookUrl(context, url, ['input', 'webhook', 'url']);
    return { url, endpointId: null, lane: laneOf(tenantId, { url }), events: chooseEvents(subject, named, []) };
  }
  const endpointId = decodeId('endpoint', endpoint ?? '');
  const found = endpointId && (await findEndpoint(writes, tenantId, endpointId));
  if (!found) {
    const issue: InputIssue = {
      path: ['input', 'webhook', 'endpoint'],
      code: 'NOT_FOUND',
      message: 'There is no such endpoint.',
    };
    throw new RequestError('BAD_USER_INPUT', { issues: [issue] });
  }
  const lane = laneOf(tenantId, { endpointId: found.id });
  return { url: null, endpointId: found.id, lane, events: chooseEvents(subject, named, found.events) };
}
