import type { Client } from '../client/client.ts';
import {
  PauseQueueDocument,
  QueueDocument,
  type QueueFragment,
  ResumeQueueDocument,
} from '../client/generated/graphql.ts';
import { payloadOf } from '../client/payload.ts';
import type { ClientConfig } from '../config/client-config.ts';
import { printAnswer } from './print-answer.ts';

export interface AdminOptions {
  json?: boolean;
}

/** `pagehive admin queue`: prints the state of the queue. Returns the exit code. */
export function showQueue(config: ClientConfig, options: AdminOptions): Promise<number> {
  return printAnswer(config, options, async (client) => (await client.request(QueueDocument, {})).queue, linesOf);
}

/** `pagehive admin pause`. */
export function pauseQueue(config: ClientConfig, options: AdminOptions & { tenant?: string }): Promise<number> {
  const pause = async (client: Client) =>
    payloadOf((await client.request(PauseQueueDocument, { tenant: options.tenant })).pauseQueue).queue;
  return printAnswer(config, options, pause, linesOf);
}

/** `pagehive admin resume`. */
export function resumeQueue(config: ClientConfig, options: AdminOptions & { tenant?: string }): Promise<number> {
  const resume = async (client: Client) =>
    payloadOf((await client.request(ResumeQueueDocument, { tenant: options.tenant })).resumeQueue).queue;
  return printAnswer(config, options, resume, linesOf);
}

function linesOf(queue: QueueFragment): string[] {
  const oldest = queue.oldestWaitingSeconds === null ? 'none' : `${queue.oldestWaitingSeconds.toFixed(1)} s`;
  return [
    `paused      ${queue.pausedAt === null ? 'no' : `since ${queue.pausedAt}`}`,
    ...queue.pausedTenantIds.map((id) => `            ${id}`),
    `waiting     ${queue.depth}, of which ${queue.scheduled} have a start time`,
    `oldest      ${oldest}`,
    `running     ${queue.running} in ${queue.slots} slots of ${queue.workers} workers`,
    `per minute  ${queue.submittedPerMinute} submitted, ${queue.completedPerMinute} completed, ${queue.failedPerMinute} failed`,
  ];
}
