import { WebhookEvent } from '../connections/prisma/client.ts';

export { WebhookEvent };

/** The subject of a webhook: one job, or a batch and possibly its jobs. */
export type Subject = 'job' | 'batch';

/** Default events: those at the end of a job or batch. */
const defaultEvents: Record<Subject, WebhookEvent[]> = {
  job: ['JOB_COMPLETED', 'JOB_FAILED', 'JOB_CANCELLED'],
  batch: ['BATCH_COMPLETED', 'BATCH_FAILED', 'BATCH_CANCELLED'],
};

/** Chooses the events of a webhook: its own, else those of its endpoint, else the defaults. */
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
