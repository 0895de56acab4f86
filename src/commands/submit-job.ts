import { randomUUID } from 'node:crypto';
import { retry } from '../client/backoff.ts';
import type { Client } from '../client/client.ts';
import type { CreateJobInput, JobOptionsInput } from '../client/generated/graphql.ts';
import type { Task } from './run-each.ts';
import type { SubmitSource } from './submit-sources.ts';
import type { JobView, SubmittedJob } from './watch-view.ts';

/** Job options that have a command line option of the same name. */
const optionNames = [
  'password',
  'pages',
  'engine',
  'requireAllPages',
  'ocr',
  'ocrLanguages',
  'thumbnails',
  'thumbnailWidth',
  'pageImages',
  'pageImageWidth',
  'imageFormat',
] as const;

export interface JobSettings extends Pick<JobOptionsInput, (typeof optionNames)[number]> {
  name?: string;
  idempotencyKey?: string;
  /** A URL. */
  webhook?: string;
}

export function optionsOf(settings: JobSettings): JobOptionsInput {
  return Object.fromEntries(optionNames.map((name) => [name, settings[name]]));
}

/** How often a request is sent in total while the server is down or temporarily refuses it: about 45 seconds. */
export const maxTries = 10;

/**
 * Submits one document, after uploading its bytes unless the server downloads it. Lost requests are repeated with an
 * idempotency key, so that they create only one job.
 */
export async function sendDocument(
  client: Client,
  source: SubmitSource,
  settings: JobSettings,
  view: JobView,
  { signal, noteIfStopped }: Task,
): Promise<SubmittedJob> {
  const { name, idempotencyKey = randomUUID(), webhook } = settings;
  const onProgress = (sent: number, total: number | null) => view.uploading(source, sent, total);
  const input: CreateJobInput = {
    source:
      source.url === null ? { upload: await uploadSource(client, source, onProgress, signal) } : { url: source.url },
    name,
    options: optionsOf(settings),
    idempotencyKey,
    webhook: webhook === undefined ? undefined : { url: webhook },
  };
  const { job, deduplicated } = await retry(
    (tries) => {
      if (tries === 2) noteIfStopped(`${source.label} may have been submitted anyway`);
      // Not abortable: after an abort, it would be unknown whether the job exists.
      return client.createJob(input);
    },
    { maxTries, signal },
  );
  return { id: job.id, deduplicated };
}

/** Uploads the bytes of a document; returns the id of the upload. */
export async function uploadSource(
  client: Client,
  source: SubmitSource,
  onProgress: (sent: number, total: number | null) => void,
  signal: AbortSignal,
): Promise<string> {
  return await client.upload(await source.open(), { name: source.filename ?? undefined, onProgress, signal });
}
