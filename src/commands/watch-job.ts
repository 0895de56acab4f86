import { retry } from '../client/backoff.ts';
import type { Client } from '../client/client.ts';
import { GraphQLRequestError } from '../client/errors.ts';
import { writeResult } from './get-output.ts';
import type { FinishedJob } from './watch-messages.ts';
import type { Item, JobView } from './watch-view.ts';

/** Consecutive failed connections before a command gives up: about five minutes. */
export const watchTries = 36;

/** Shows a job's progress until the end, and optionally writes its result. Returns the final job. */
export async function watchJob(
  client: Client,
  item: Item,
  id: string,
  target: { directory: string; name: string } | null,
  view: JobView,
  signal: AbortSignal,
): Promise<FinishedJob> {
  const events = client.jobProgress(id, {
    signal,
    maxTries: watchTries,
    onState(state, error) {
      if (state === 'reconnecting') view.note(`${item.label}: ${error?.message}; trying again`);
    },
  });
  for await (const event of events) view.progress(item, event);
  const job = await retry(() => client.job(id, { signal }), { maxTries: 10, signal });
  if (job === null) throw new GraphQLRequestError('NOT_FOUND', 'The job was deleted in the meantime.');
  const done = job.status === 'COMPLETED' && target !== null;
  view.finished(item, job, done ? await writeResult(client, id, target, signal) : []);
  return job;
}
