import { z } from 'zod';
import type { ClientJob, SeenEvent } from './journal.ts';
import { subscribeByEvents } from './server-sent-events.ts';
import type { Subject } from './watcher.ts';

const shape = z.object({
  jobProgress: z.object({
    cursor: z.string(),
    revision: z.number(),
    status: z.enum(['PENDING', 'RUNNING', 'RETRYING', 'COMPLETED', 'FAILED', 'CANCELLED']),
    progressPercentage: z.number(),
  }),
});

const query = `subscription ($id: ID!, $after: String) {
  jobProgress(id: $id, after: $after) { cursor revision status progressPercentage }
}`;

/** How jobs are watched. */
export const watchedJobs: Subject<SeenEvent, ClientJob> = {
  name: 'jobProgress',
  async *bySocket(client, { id }, from) {
    for await (const event of client.jobProgress(id, from)) yield seen(event);
  },
  async *byEvents(url, { id }, { after, apiKey, signal }) {
    const subscription = { apiKey, query, variables: { id, after }, shape };
    for await (const { jobProgress } of subscribeByEvents(url, subscription, signal)) yield seen(jobProgress);
  },
  isFinal: ({ status }) => status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED',
  mayBeGone: ({ deleted }) => deleted !== null,
  check(event, before) {
    if (event.revision !== before?.revision || event.percent >= before.percent) return null;
    return { promise: 'the percentage never falls within an attempt', detail: '' };
  },
};

function seen({ cursor, revision, status, progressPercentage }: z.infer<typeof shape>['jobProgress']): SeenEvent {
  return { cursor, revision, status, percent: progressPercentage };
}
