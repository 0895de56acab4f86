import type { Client } from '../client/client.ts';
import { createLimit } from './limit.ts';
import { runEach } from './run-each.ts';
import { type JobSettings, sendDocument } from './submit-job.ts';
import type { SubmitSource } from './submit-sources.ts';
import { watchJob } from './watch-job.ts';
import type { JobView } from './watch-view.ts';

export interface RunOptions {
  settings: JobSettings;
  follow: boolean;
  /** The directory for results; null if they are not wanted. */
  out: string | null;
}

const sentAtOnce = 4;

/** Submits all documents and optionally watches their jobs. Returns the exit code. */
export async function runSubmission(
  client: Client,
  sources: SubmitSource[],
  { settings, follow, out }: RunOptions,
  view: JobView,
): Promise<number> {
  const sending = createLimit(sentAtOnce);
  return await runEach(sources, view, async (source, task) => {
    const { signal, noteIfStopped } = task;
    noteIfStopped(`${source.label} was not submitted`);
    const job = await sending(async () => {
      signal.throwIfAborted();
      return await sendDocument(client, source, settings, view, task);
    });
    view.submitted(source, job);
    noteIfStopped(`${source.label}: ${job.id} continues on the server`);
    if (!follow) return 0;
    const target = out === null ? null : { directory: out, name: settings.name ?? source.filename ?? 'document' };
    const { status } = await watchJob(client, source, job.id, target, view, signal);
    return status === 'COMPLETED' ? 0 : 1;
  });
}
