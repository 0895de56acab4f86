import { createClient } from '../client/client.ts';
import type { ClientConfig } from '../config.ts';
import type { JobSettings } from './submit-job.ts';
import { createJsonView } from './submit-json.ts';
import { createLinesView } from './submit-lines.ts';
import { prepareDirectory } from './submit-output.ts';
import { runSubmission } from './submit-run.ts';
import { readSources, type SubmitSource } from './submit-sources.ts';
import type { SubmitView } from './submit-view.ts';
import { UsageError } from './usage-error.ts';

export interface SubmitOptions extends JobSettings {
  follow?: boolean;
  /** A directory for the results; implies `follow`. */
  out?: string;
  json?: boolean;
}

/**
 * `pagehive submit`: sends documents, and watches them if asked. Gives the exit code: 0, 1 (a job or a request failed), 2
 * (usage), 130 (Ctrl-C).
 */
export async function submit(config: ClientConfig, args: string[], options: SubmitOptions): Promise<number> {
  checkOptions(args, options);
  const sources = await readSources(args);
  const { out = null, json = false, follow: asked = false, ...settings } = options;
  if (out !== null) await prepareDirectory(out);
  const follow = asked || out !== null;
  // Node.js before 22 has no WebSocket of its own; who doesn't follow needs none.
  const webSocket = follow ? (await import('ws')).WebSocket : undefined;
  const client = createClient({ url: config.url, webSocket });
  // Who reads the output may leave before its end (`| head`); the documents go on.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const view = await chooseView(sources, { follow, json });
  return await runSubmission(client, sources, { settings, follow, out }, view);
}

function checkOptions(args: string[], { name, idempotencyKey }: SubmitOptions): void {
  if (args.length === 1) return;
  const problems: string[] = [];
  if (name !== undefined) problems.push('--name names one job: give one document with it');
  if (idempotencyKey !== undefined) problems.push('--idempotency-key stands for one job: give one document with it');
  if (problems.length > 0) throw new UsageError(problems);
}

async function chooseView(
  sources: SubmitSource[],
  { follow, json }: { follow: boolean; json: boolean },
): Promise<SubmitView> {
  if (json) return createJsonView({ follow });
  // More bars than the terminal has lines could not be drawn over.
  const fits = sources.length < (process.stderr.rows || 24) - 2;
  if (!follow || !process.stderr.isTTY || !fits) return createLinesView(sources);
  return (await import('./submit-bars.ts')).createBarsView(sources);
}
