import type { Client } from '../client/client.ts';
import type { CreateJobInput, Engine } from '../client/generated/graphql.ts';
import type { SubmitSource } from './submit-sources.ts';
import type { JobView, SubmittedJob } from './watch-view.ts';

export interface JobSettings {
  name?: string;
  password?: string;
  pages?: string;
  engine?: Engine;
  idempotencyKey?: string;
  /** A URL. */
  webhook?: string;
}

/** Sends one document, its bytes first if the server doesn't download it by itself. */
export async function sendDocument(
  client: Client,
  source: SubmitSource,
  { name, password, pages, engine, idempotencyKey, webhook }: JobSettings,
  view: JobView,
  signal: AbortSignal,
): Promise<SubmittedJob> {
  const input: CreateJobInput = {
    source: source.url === null ? { upload: await uploadSource(client, source, view, signal) } : { url: source.url },
    name,
    options: { password, pages, engine },
    idempotencyKey,
    webhook: webhook === undefined ? undefined : { url: webhook },
  };
  // Not to be interrupted: whether there is a job now would not be known.
  const { job, deduplicated } = await client.createJob(input);
  return { id: job.id, deduplicated };
}

async function uploadSource(client: Client, source: SubmitSource, view: JobView, signal: AbortSignal): Promise<string> {
  const body = await source.open();
  const onProgress = (sent: number, total: number | null) => view.uploading(source, sent, total);
  return await client.upload(body, { name: source.filename ?? undefined, onProgress, signal });
}
