import { retry } from '../client/backoff.ts';
import { type Client, createClient } from '../client/client.ts';
import { GraphQLRequestError, ServerUnreachableError } from '../client/errors.ts';
import { CreateJobDocument, type CreateJobInput, type Engine, FinishedJobDocument } from '../client/generated/graphql.ts';
import type { ClientConfig } from '../config.ts';
import { onStopSignals } from '../supervisor/stop-signals.ts';
import { createJsonView } from './submit-json.ts';
import { createLimit } from './submit-limit.ts';
import { createLinesView } from './submit-lines.ts';
import type { FinishedJob } from './submit-messages.ts';
import { prepareDirectory, writeResult } from './submit-output.ts';
import { readSources, type SubmitSource } from './submit-sources.ts';
import type { SubmittedJob, SubmitView } from './submit-view.ts';
import { UsageError } from './usage-error.ts';

export interface SubmitOptions {
  follow?: boolean;
  /** A directory for the results; implies `follow`. */
  out?: string;
  json?: boolean;
  name?: string;
  password?: string;
  pages?: string;
  engine?: Engine;
  idempotencyKey?: string;
}

const uploadsAtOnce = 4;
/** The server takes 100 subscriptions on one socket. */
const followedAtOnce = 50;

/** `pagehive submit`: sends documents, and watches them if asked. Gives the exit code: 0, 1 (a job or request failed), 2 (usage). */
export async function submit(config: ClientConfig, args: string[], options: SubmitOptions): Promise<number> {
  checkOptions(args, options);
  const sources = await readSources(args);
  if (options.out !== undefined) await prepareDirectory(options.out);
  const follow = options.follow === true || options.out !== undefined;
  // Node.js before 22 has no WebSocket of its own; who doesn't follow needs none.
  const webSocket = follow ? (await import('ws')).WebSocket : undefined;
  const client = createClient({ url: config.url, webSocket });
  const view = await chooseView(sources, follow, options.json === true);
  // Who reads the output may leave before its end (`| head`); the documents go on.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  return await run(new Submission(client, options, follow, view), sources, view);
}

async function run(submission: Submission, sources: SubmitSource[], view: SubmitView): Promise<number> {
  let code = 0;
  using signals = onStopSignals(() => process.exit(130));
  void signals.first.then((signal) => {
    code = signal === 'SIGINT' ? 130 : 143;
    submission.stop(null);
  });
  const upload = createLimit(uploadsAtOnce);
  const watch = createLimit(followedAtOnce);
  const codes = await Promise.all(
    sources.map((source) =>
      submission.guard(source, async () => {
        const job = await upload(() => submission.send(source));
        return submission.follows ? await watch(() => submission.watch(source, job)) : 0;
      }),
    ),
  );
  for (const line of submission.unfinished()) view.note(line);
  view.close();
  return code || Math.max(...codes);
}

async function chooseView(sources: SubmitSource[], follow: boolean, json: boolean): Promise<SubmitView> {
  if (json) return createJsonView({ follow });
  // More bars than the terminal has lines cannot be drawn over.
  const fits = sources.length < (process.stderr.rows ?? 24) - 2;
  if (!follow || !process.stderr.isTTY || !fits) return createLinesView(sources);
  return (await import('./submit-bars.ts')).createBarsView(sources);
}
