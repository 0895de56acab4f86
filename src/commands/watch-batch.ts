import { retry } from '../client/backoff.ts';
import type { Client } from '../client/client.ts';
import { GraphQLRequestError } from '../client/errors.ts';
import type { BatchFragment } from '../client/generated/graphql.ts';
import { writeBatch } from './get-batch-output.ts';
import { watchTries } from './watch-job.ts';
import type { FailedJob, Item, JobView } from './watch-view.ts';

/** Shows a batch and its failed jobs until the end, and optionally writes the results. Returns the final batch. */
export async function watchBatch(
  client: Client,
  item: Item,
  id: string,
  directory: string | null,
  view: JobView,
  signal: AbortSignal,
): Promise<BatchFragment> {
  const reported = new Set<string>();
  function report(job: FailedJob): void {
    if (!reported.has(job.jobId)) view.failed(item, job);
    reported.add(job.jobId);
  }
  const failures = client
    .jobUpdates({ filter: { batch: id, status: ['FAILED'] }, signal, maxTries: watchTries })
    .subscribe({
      next: (event) => event.status === 'FAILED' && report(event),
      // Missed failures are listed at the end.
      error: () => undefined,
    });
  try {
    const events = client.batchProgress(id, {
      signal,
      maxTries: watchTries,
      onState(state, error) {
        if (state === 'reconnecting') view.note(`${item.label}: ${error?.message}; trying again`);
      },
    });
    for await (const event of events) view.progress(item, event);
  } finally {
    failures.unsubscribe();
  }
  for await (const { id: jobId, name, failure } of client.batchJobs(id, { filter: { status: ['FAILED'] }, signal })) {
    report({ jobId, name, failure });
  }
  const batch = await retry(() => client.batch(id, { signal }), { maxTries: 10, signal });
  if (batch === null) throw new GraphQLRequestError('NOT_FOUND', 'The batch was deleted in the meantime.');
  view.finished(item, batch, directory === null ? [] : await writeBatch(client, id, directory, signal));
  return batch;
}
