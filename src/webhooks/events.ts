import { WebhookEvent } from '../connections/prisma/client.ts';

export { WebhookEvent };

/** What a webhook tells of: one job, or a batch and perhaps its jobs. */
export type Subject = 'job' | 'batch';

/** Told unless something else is asked for: the ends. */
const defaultEvents: Record<Subject, WebhookEvent[]> = {
  job: ['JOB_COMPLETED', 'JOB_FAILED', 'JOB_CANCELLED'],
  batch: ['BATCH_COMPLETED', 'BATCH_FAILED', 'BATCH_CANCELLED'],
};

/** The events of a webhook: those it names, else those that its endpoint does, else the ends. */
export function chooseEvents(
  subject: Subject,
  named: readonly WebhookEvent[],
  ofEndpoint: readonly WebhookEvent[],
): WebhookEvent[] {
  const [events = defaultEvents[subject]] = [named, ofEndpoint].filter((each) => each.length > 0);
  return [...new Set(events)];
}

export function isBatchEvent(event: string): boolean {
  return event.startsWith('BATCH_');
}
