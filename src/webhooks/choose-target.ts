import type { AddressGuard } from '../connections/address-guard.ts';
import type { Database } from '../connections/database.ts';
import { type InputIssue, RequestError } from '../errors.ts';
import { decodeId } from '../ids.ts';
import { findEndpoint } from './endpoints.ts';
import { chooseEvents, type Subject, type WebhookEvent } from './events.ts';
import { laneOf } from './target.ts';

/** The target of webhook events: a URL or an endpoint of the tenant. */
export interface WebhookTarget {
  url: string | null;
  endpointId: string | null;
  /** The lane of its deliveries, see `laneOf`. */
  lane: string;
  events: string[];
}

/** The webhook of a request: a URL or an endpoint, and the events. */
export interface WebhookChoice {
  url?: string | null;
  endpoint?: string | null;
  events?: WebhookEvent[] | null;
}

/** Dependencies for choosing a target. */
export interface TargetContext {
  tenantId: string;
  writes: Database;
  guard: AddressGuard;
}

/** Refuses URLs that name a forbidden address or port; `path` is the path of the URL in the input. */
export function checkWebhookUrl({ guard }: Pick<TargetContext, 'guard'>, url: string, path: InputIssue['path']): void {
  const problem = guard.problemOf(new URL(url));
  if (problem === null) return;
  const message = `${problem}; an operator can allow it with PRIVATE_HOSTS_ALLOWED or OUTBOUND_PORTS`;
  throw new RequestError('BAD_USER_INPUT', { issues: [{ path, code: 'ADDRESS_FORBIDDEN', message }] });
}

/**
 * Chooses the target of a job's or batch's events. Host names are not resolved: that would take time, and the result
 * may differ at delivery. The attempts of the deliveries show a bad address.
 */
export async function receiveWebhook(
  context: TargetContext,
  subject: Subject,
  input: WebhookChoice | null | undefined,
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
