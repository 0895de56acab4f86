import { randomUUID } from 'node:crypto';
import { retry } from '../client/backoff.ts';
import type { Client } from '../client/client.ts';
import { isTemporary } from '../client/errors.ts';
import type { BatchItemInput } from '../client/generated/graphql.ts';
import { createLimit } from './limit.ts';
import { runEach, type Task } from './run-each.ts';
import { type JobSettings, maxTries, optionsOf, uploadSource } from './submit-job.ts';
import type { RunOptions } from './submit-run.ts';
import type { SubmitSource } from './submit-sources.ts';
import { watchBatch } from './watch-batch.ts';
import type { Item, JobView } from './watch-view.ts';

/** Documents of one batch. */
export interface Group extends Item {
  sources: SubmitSource[];
  idempotencyKey: string;
}

/** The server's limit of items per batch. */
const maxItems = 10_000;
const sentAtOnce = 8;

/** Divides documents into as few batches as possible. */
export function groupSources(sources: SubmitSource[], { name = 'batch', idempotencyKey }: JobSettings): Group[] {
  const count = Math.ceil(sources.length / maxItems);
  return Array.from({ length: count }, (_, index) => {
    const suffix = count === 1 ? '' : ` ${index + 1}/${count}`;
    return {
      argument: `${name}${suffix}`,
      label: `${name}${suffix}`,
      sources: sources.slice(index * maxItems, (index + 1) * maxItems),
      idempotencyKey: idempotencyKey === undefined ? randomUUID() : `${idempotencyKey}${suffix}`,
    };
  });
}

/** Uploads the documents of each group, creates the batches, and optionally watches them. Returns the exit code. */
export async function runBatches(
  client: Client,
  groups: Group[],
  { settings, follow, out }: RunOptions,
  view: JobView,
): Promise<number> {
  const sending = createLimit(sentAtOnce);
  return await runEach(groups, view, async (group, task) => {
    task.noteIfStopped(`${group.label} was not submitted`);
    const items = await sendGroup(client, group, sending, view, task);
    if (items.length === 0) return 1;
    const { name, webhook } = settings;
    const input = {
      name,
      items,
      options: optionsOf(settings),
      idempotencyKey: group.idempotencyKey,
      webhook: webhook === undefined ? undefined : { url: webhook },
    };
    const { batch, deduplicated } = await retry(
      (tries) => {
        if (tries === 2) task.noteIfStopped(`${group.label} may have been submitted anyway`);
        return client.createBatch(input);
      },
      { maxTries, signal: task.signal },
    );
    view.submitted(group, { id: batch.id, deduplicated });
    task.noteIfStopped(`${group.label}: ${batch.id} continues on the server`);
    const allSent = items.length === group.sources.length;
    if (!follow) return allSent ? 0 : 1;
    const { completed, total } = await watchBatch(client, group, batch.id, out, view, task.signal);
    return allSent && completed === total ? 0 : 1;
  });
}

/**
 * Returns the batch's items in the order of the documents. Reports documents that cannot be sent and leaves them out.
 */
async function sendGroup(
  client: Client,
  group: Group,
  sending: ReturnType<typeof createLimit>,
  view: JobView,
  { signal }: Task,
): Promise<BatchItemInput[]> {
  const total = group.sources.reduce<number | null>(
    (sum, { bytes }) => (sum === null || bytes === null ? null : sum + bytes),
    0,
  );
  let sent = 0;

  async function send(source: SubmitSource): Promise<BatchItemInput[]> {
    signal.throwIfAborted();
    const name = source.filename ?? undefined;
    if (source.url !== null) return [{ source: { url: source.url } }];
    let own = 0;
    function onProgress(bytes: number): void {
      sent += bytes - own;
      own = bytes;
      view.uploading(group, sent, total);
    }
    try {
      return [{ source: { upload: await uploadSource(client, source, onProgress, signal) }, name }];
    } catch (error) {
      if (signal.aborted || isTemporary(error)) throw error;
      view.refused(source, error);
      return [];
    }
  }

  const items = await Promise.all(group.sources.map((source) => sending(() => send(source))));
  return items.flat();
}
