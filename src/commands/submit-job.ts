import { retry } from '../client/backoff.ts';
import type { Client } from '../client/client.ts';
import { GraphQLRequestError } from '../client/errors.ts';
import {
  CreateJobDocument,
  type CreateJobInput,
  type Engine,
  FinishedJobDocument,
} from '../client/generated/graphql.ts';
import type { FinishedJob } from './submit-messages.ts';
import { writeResult } from './submit-output.ts';
import type { SubmitSource } from './submit-sources.ts';
import type { SubmittedJob, SubmitView } from './submit-view.ts';

export interface JobSettings {
  name?: string;
  password?: string;
  pages?: string;
  engine?: Engine;
  idempotencyKey?: string;
}

/** Sends one document, its bytes first if the server doesn't download it by itself. */
export async function sendDocument(
  client: Client,
  source: SubmitSource,
  { name, password, pages, engine, idempotencyKey }: JobSettings,
  view: SubmitView,
  signal: AbortSignal,
): Promise<SubmittedJob> {
  const input: CreateJobInput = {
    source: source.url === null ? { upload: await uploadSource(client, source, view, signal) } : { url: source.url },
    name,
    options: { password, pages, engine },
    idempotencyKey,
  };
  // Not to be interrupted: whether there is a job now would not be known.
  const { createJob } = await client.request(CreateJobDocument, { input });
  return { id: createJob.job.id, deduplicated: createJob.deduplicated };
}

async function uploadSource(
  client: Client,
  source: SubmitSource,
  view: SubmitView,
  signal: AbortSignal,
): Promise<string> {
  const body = await source.open();
  const bytes = body instanceof Blob ? body.size : null;
  const onProgress = (sent: number) => view.uploading(source, sent, bytes);
  return await client.upload(body, { name: source.filename ?? undefined, onProgress, signal });
}

/** Shows a job's progress to its end, and writes its result where asked. Gives the job as it ended. */
export async function watchJob(
  client: Client,
  source: SubmitSource,
  id: string,
  target: { directory: string; name: string } | null,
  view: SubmitView,
  signal: AbortSignal,
): Promise<FinishedJob> {
  let interrupted = false;
  const events = client.jobProgress(id, {
    signal,
    onInterruption(error) {
      if (!interrupted) view.note(`${source.label}: ${error.message}; trying again`);
      interrupted = true;
    },
  });
  for await (const event of events) {
    interrupted = false;
    view.progress(source, event);
  }
  const { job } = await retry(() => client.request(FinishedJobDocument, { id }, { signal }), { maxTries: 10, signal });
  if (job === null) throw new GraphQLRequestError('NOT_FOUND', 'The job was deleted meanwhile.');
  const done = job.status === 'COMPLETED' && target !== null;
  view.finished(source, job, done ? await writeResult(client, id, target, signal) : []);
  return job;
}
