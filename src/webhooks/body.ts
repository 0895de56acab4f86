import { z } from 'zod';
import { failures, isFailureCode } from '../errors.ts';
import { encodeId } from '../ids.ts';
import type { WebhookEvent } from './events.ts';

const time = z.coerce.date().transform((date) => date.toISOString());

/** The job state that the triggers store with a delivery. */
const job = z.object({
  revision: z.number(),
  status: z.string(),
  stage: z.string(),
  percent: z.number(),
  pagesDone: z.number(),
  pagesTotal: z.number().nullable(),
  retryCount: z.number(),
  name: z.string().nullable(),
  // Not parsed key by key, which would lose a key such as `__proto__`.
  metadata: z.unknown(),
  batchIndex: z.number().nullable(),
  createdAt: time,
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
  failureCode: z.string().nullable(),
  failureMessage: z.string().nullable(),
  failurePage: z.number().nullable(),
});

/** The batch state that the trigger stores with a delivery. */
const batch = z.object({
  revision: z.number(),
  status: z.string(),
  percent: z.number(),
  name: z.string().nullable(),
  total: z.number(),
  pending: z.number(),
  running: z.number(),
  completed: z.number(),
  failed: z.number(),
  cancelled: z.number(),
  createdAt: time,
  finishedAt: time.nullable(),
});

export interface RecordedEvent {
  event: WebhookEvent;
  createdAt: Date;
  jobId: string | null;
  batchId: string | null;
  snapshot: unknown;
}

/**
 * The payload of an event: identical in every attempt, because it depends only on the snapshot. Names match the schema.
 */
export function payloadOf({ event, createdAt, jobId, batchId, snapshot }: RecordedEvent): Record<string, unknown> {
  const head = { type: event, timestamp: createdAt.toISOString() };
  const batchName = batchId && encodeId('batch', batchId);
  if (jobId === null) {
    const { percent, ...facts } = batch.parse(snapshot);
    return { ...head, data: { batch: { id: batchName, ...facts, progressPercentage: percent } } };
  }
  const { percent, failureCode, failureMessage, failurePage, ...facts } = job.parse(snapshot);
  const failure = failureOf(failureCode, failureMessage, failurePage);
  const id = encodeId('job', jobId);
  return { ...head, data: { job: { id, ...facts, progressPercentage: percent, batch: batchName, failure } } };
}

function failureOf(code: string | null, message: string | null, page: number | null) {
  if (code === null) return null;
  const known = isFailureCode(code) ? code : 'INTERNAL';
  const { category, message: usual, advice } = failures[known];
  return { code: known, category, message: message ?? usual, advice, page };
}
