import type { Client } from '../client/client.ts';
import { GraphQLRequestError, ServerUnreachableError } from '../client/errors.ts';
import { onStopSignals } from '../supervisor/stop-signals.ts';
import { type JobSettings, sendDocument, watchJob } from './submit-job.ts';
import { createLimit } from './submit-limit.ts';
import type { SubmitSource } from './submit-sources.ts';
import type { SubmitView } from './submit-view.ts';

export interface RunOptions {
  settings: JobSettings;
  follow: boolean;
  /** Where results go; null: nowhere. */
  out: string | null;
}

const sentAtOnce = 4;
/** The server takes 100 subscriptions on one socket. */
const watchedAtOnce = 50;

/** Sends all documents and watches their jobs if asked. Gives the exit code; a signal, or a server that is gone, ends it early. */
export async function runSubmission(
  client: Client,
  sources: SubmitSource[],
  { settings, follow, out }: RunOptions,
  view: SubmitView,
): Promise<number> {
  const stop = new AbortController();
  let stopCode = 0;
  using signals = onStopSignals(() => process.exit(130));
  void signals.first.then((signal) => {
    stopCode = signal === 'SIGINT' ? 130 : 143;
    stop.abort();
  });
  const sending = createLimit(sentAtOnce);
  const watching = createLimit(watchedAtOnce);
  /** What is left to say about a document when all of it ends early. */
  const unfinished = new Map(sources.map((source) => [source, `${source.label} was not submitted`]));

  async function handle(source: SubmitSource): Promise<number> {
    const job = await sending(async () => {
      stop.signal.throwIfAborted();
      return await sendDocument(client, source, settings, view, stop.signal);
    });
    view.submitted(source, job);
    unfinished.set(source, `${source.label}: ${job.id} goes on on the server`);
    if (!follow) return 0;
    const target = out === null ? null : { directory: out, name: settings.name ?? source.filename ?? 'document' };
    const { status } = await watching(() => watchJob(client, source, job.id, target, view, stop.signal));
    return status === 'COMPLETED' ? 0 : 1;
  }

  async function guarded(source: SubmitSource): Promise<number> {
    try {
      const code = await handle(source);
      unfinished.delete(source);
      return code;
    } catch (error) {
      if (stop.signal.aborted) return 1;
      if (error instanceof ServerUnreachableError) {
        view.note(`${error.message}. Start it with \`npm start\`, or set PAGEHIVE_URL to where it runs.`);
        stop.abort();
        return 1;
      }
      unfinished.delete(source);
      view.refused(source, error);
      return error instanceof GraphQLRequestError && error.code === 'BAD_USER_INPUT' ? 2 : 1;
    }
  }

  const codes = await Promise.all(sources.map(guarded));
  if (stopCode > 0) for (const line of unfinished.values()) view.note(line);
  view.close();
  return stopCode || Math.max(...codes);
}
