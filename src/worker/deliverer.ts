import type { AddressGuard } from '../connections/address-guard.ts';
import type { Counters } from '../connections/counters.ts';
import type { Database } from '../connections/database.ts';
import type { Secrets } from '../connections/secrets.ts';
import { encodeId } from '../ids.ts';
import type { Logger } from '../ops/logger.ts';
import { deliveryCounters } from '../ops/metrics.ts';
import type { ProcessMetrics } from '../ops/process-metrics.ts';
import { noTracing, type Tracing } from '../ops/tracing.ts';
import { answerPermits } from '../queue/answer.ts';
import type { QueueOptions } from '../queue/bee.ts';
import type { Ringer } from '../queue/ring.ts';
import { type Busy, type ClaimedDelivery, claimDeliveries } from '../webhooks/claim.ts';
import { type DeliveryPolicy, deliverySlots } from '../webhooks/policy.ts';
import { recordAttempt } from '../webhooks/record.ts';
import { type Sent, sendDelivery } from '../webhooks/send.ts';
import { Claimer } from './claimer.ts';
import { persist } from './persist.ts';

export interface DelivererContext {
  database: Database;
  secrets: Secrets;
  counters: Counters;
  metrics: ProcessMetrics;
  tracing: Tracing;
  guard: AddressGuard;
  queue: QueueOptions;
  deliveryRinger: Pick<Ringer, 'ring'>;
  policy: DeliveryPolicy;
  version: string;
  logger: Logger;
}

/** How long one wake-up keeps a slot, in milliseconds, so that others get their turn. */
const drainMs = 30_000;

/**
 * Delivers webhooks as a worker runs jobs: a wake-up lets one slot claim and attempt all due deliveries. A
 * claim lost by a kill becomes due again automatically, with the same id. Disposal waits for running attempts.
 */
export function startDeliverer(context: DelivererContext): AsyncDisposable {
  const { database, counters, metrics, policy, logger } = context;
  const busy: Busy = { lanes: new Map(), tenants: new Map() };
  const giveUp = new AbortController();
  let draining = false;

  const claimer = new Claimer(async (most) => {
    const claims = await claimDeliveries(database, busy, { most, slots: deliverySlots.all, leaseMs: policy.leaseMs });
    for (const claim of claims) note(claim, 1);
    metrics.rowsClaimed('webhooks', claims.length);
    return claims;
  });

  function note({ lane, tenantId }: ClaimedDelivery, change: 1 | -1): void {
    for (const [counts, key] of [
      [busy.lanes, lane],
      [busy.tenants, tenantId],
    ] as const) {
      const n = (counts.get(key) ?? 0) + change;
      if (n > 0) counts.set(key, n);
      else counts.delete(key);
    }
  }

  async function send(claim: ClaimedDelivery): Promise<Sent> {
    try {
      return await sendDelivery(context, claim);
    } catch (error) {
      logger.error({ ...idsOf(claim), err: error }, 'a webhook could not be sent');
      const none = { milliseconds: 0, statusCode: null, answer: null, retryAfterMs: null };
      return { ...none, error: 'Pagehive failed to send it because of an unexpected error.' };
    }
  }

  async function tracedSend(claim: ClaimedDelivery): Promise<Sent> {
    const attributes = {
      'pagehive.delivery.id': encodeId('delivery', claim.id),
      'pagehive.tenant.id': encodeId('tenant', claim.tenantId),
      'pagehive.webhook.event': claim.event,
      'pagehive.attempt': claim.tries,
    };
    // A delivery for a batch belongs to no job, and so to no trace.
    const span = (claim.jobId === null ? noTracing : context.tracing).start('deliver webhook', {
      parent: claim.traceContext,
      attributes,
    });
    const sent = await send(claim);
    if (sent.statusCode !== null) span.set({ 'http.response.status_code': sent.statusCode });
    if (sent.error !== null) span.fail('DELIVERY_FAILED');
    span.end();
    return sent;
  }

  async function deliver(claim: ClaimedDelivery): Promise<void> {
    const sent = await tracedSend(claim);
    const recorded = await persist(() => recordAttempt(database, policy, claim, sent), giveUp.signal);
    for (const name of deliveryCounters(sent.error === null, recorded?.status === 'DEAD')) counters.count(name);
    if (sent.error !== null && recorded?.paused && claim.endpointId !== null) {
      logger.warn({ endpoint: encodeId('endpoint', claim.endpointId), error: sent.error }, 'an endpoint is paused');
    }
  }

  async function drain(): Promise<void> {
    const until = performance.now() + drainMs;
    while (!draining) {
      if (performance.now() > until) return context.deliveryRinger.ring();
      const claim = await claimer.next();
      if (claim === undefined) return;
      try {
        await deliver(claim);
      } finally {
        note(claim, -1);
      }
    }
  }

  const concurrency = deliverySlots.all;
  const onWakeUp = (cause: 'permit' | 'poll') => metrics.slotWoken('webhooks', cause);
  const answerer = answerPermits({ ...context.queue, name: 'deliveries', concurrency, handler: drain, onWakeUp });
  return {
    async [Symbol.asyncDispose]() {
      draining = true;
      // Deliveries whose results cannot be recorded until then become due again soon.
      const deadline = setTimeout(() => giveUp.abort(), policy.leaseMs);
      await answerer[Symbol.asyncDispose]();
      clearTimeout(deadline);
    },
  };
}

/** Returns the ids that the log lines about a delivery contain. */
function idsOf({ id, jobId }: ClaimedDelivery): Record<string, string> {
  return { delivery: encodeId('delivery', id), ...(jobId === null ? {} : { job: encodeId('job', jobId) }) };
}
