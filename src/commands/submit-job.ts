import { randomUUID } from 'node:crypto';
import { retry } from '../client/backoff.ts';
import type { Client } from '../client/client.ts';
import type { CreateJobInput, JobOptionsInput } from '../client/generated/graphql.ts';
import type { Task } from './run-each.ts';
import type { SubmitSource } from './submit-sources.ts';
import type { JobView, SubmittedJob } from './watch-view.ts';

/** The options of a job that have a switch of the same name. */
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

/** Times that something is sent before a server that answers no more, or that it cannot be done now, is given up: some 45 seconds. */
export const maxTries = 10;

/**
 * Sends one document, its bytes first if the server doesn't download it by itself. What got lost is sent again, with a key that
 * keeps it from becoming two jobs.
 */
export async function sendDocument(
  client: Client,
  source: SubmitSource,
  settings: JobSettings,
  view: JobView,
  { signal, leftOver }: Task,
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
      if (tries === 2) leftOver(`${source.label} may have been submitted all the same`);
      // Not to be interrupted: whether there is a job now would not be known.
      return client.createJob(input);
    },
    { maxTries, signal },
  );
  return { id: job.id, deduplicated };
}

/** Uploads the bytes of a document; gives the id of the upload. */
export async function uploadSource(
  client: Client,
  source: SubmitSource,
  onProgress: (sent: number, total: number | null) => void,
  signal: AbortSignal,
): Promise<string> {
  return await client.upload(await source.open(), { name: source.filename ?? undefined, onProgress, signal });
}
