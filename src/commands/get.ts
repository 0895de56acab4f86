import type { Client } from '../client/client.ts';
import { GraphQLRequestError } from '../client/errors.ts';
import type { JobQuery } from '../client/generated/graphql.ts';
import type { ClientConfig } from '../config/client-config.ts';
import { isBatchId } from './batch-id.ts';
import { getBatch } from './get-batch.ts';
import { writeAttachments, writeImages } from './get-files.ts';
import { markdownOf, prepareDirectory, textOf, writeResult } from './get-output.ts';
import { openClient } from './open-client.ts';
import { type Fact, printFacts } from './print-facts.ts';
import { printRefusal } from './refusal.ts';
import { UsageError } from './usage-error.ts';
import { describeEnd, describeProgress, fileSize } from './watch-messages.ts';
import { toStderr, toStdout } from './watch-view.ts';

/** At most one of these options; none prints a summary. */
export interface GetOptions {
  /** A directory for the text and the Markdown. */
  out?: string;
  json?: boolean;
  text?: boolean;
  markdown?: boolean;
  /** Directories for its files; may be combined with `out`. */
  attachments?: string;
  images?: string;
}

type Job = NonNullable<JobQuery['job']>;

/** `pagehive get`: prints a job, a batch or its result. Returns the exit code. */
export async function get(config: ClientConfig, id: string, options: GetOptions): Promise<number> {
  const { attachments, images, out } = options;
  if (isBatchId(id) && (options.text || options.markdown)) {
    throw new UsageError(['--text and --markdown are for one job: use --out for a batch']);
  }
  if (isBatchId(id) && (attachments ?? images) !== undefined) {
    throw new UsageError(['--attachments and --images are for one job']);
  }
  if (out !== undefined) await prepareDirectory(out, '--out');
  if (attachments !== undefined) await prepareDirectory(attachments, '--attachments');
  if (images !== undefined) await prepareDirectory(images, '--images');
  const client = await openClient(config);
  try {
    if (isBatchId(id)) return await getBatch(client, id, options);
    const job = await client.job(id);
    if (job === null) throw new GraphQLRequestError('NOT_FOUND', 'There is no such job.');
    if (options.json) toStdout(JSON.stringify(job));
    else if (Object.keys(options).length === 0) printSummary(job);
    else return await giveResult(client, job, options);
    return 0;
  } catch (error) {
    return printRefusal(error, id);
  }
}

async function giveResult(client: Client, job: Job, options: GetOptions): Promise<number> {
  const { out, text, markdown, attachments, images } = options;
  if (job.status !== 'COMPLETED') {
    toStderr(`${job.id} has no result: ${describeEnd(job)}`);
    return 1;
  }
  if (out !== undefined) {
    const name = job.name ?? job.source.filename ?? job.id;
    for (const path of await writeResult(client, job.id, { directory: out, name })) toStdout(path);
  }
  if (attachments !== undefined) await writeAttachments(client, job.id, attachments);
  const hasImages = images === undefined || (await writeImages(client, job.id, images));
  if (!text && !markdown) return hasImages ? 0 : 1;
  const render = text ? textOf : markdownOf;
  let isFirst = true;
  for await (const page of client.pages(job.id)) {
    process.stdout.write(render(page, isFirst));
    isFirst = false;
  }
  return 0;
}

function printSummary(job: Job): void {
  const { source, result } = job;
  const bytes = source.bytes === null ? null : fileSize(source.bytes);
  const lines: Fact[] = [
    ['id', job.id],
    ['name', job.name],
    ['status', statusOf(job)],
    ['source', [source.filename ?? source.url, bytes, `by ${source.kind.toLowerCase()}`].filter(Boolean).join(', ')],
    ['title', result?.metadata.title],
    ['author', result?.metadata.author],
    ['engine', result?.engine?.toLowerCase()],
    ['retries', job.retryCount === 0 ? null : String(job.retryCount)],
    ['created', job.createdAt],
    ['started', job.startedAt],
    ['finished', job.finishedAt],
  ];
  printFacts(lines);
}

function statusOf(job: Job): string {
  if (job.status === 'COMPLETED' || job.status === 'FAILED' || job.status === 'CANCELLED') return describeEnd(job);
  const now = { at: new Date().toISOString(), bytesDone: null, bytesTotal: null };
  return `${job.status}, ${job.progressPercentage}%, ${describeProgress({ ...job, ...now })}`;
}
