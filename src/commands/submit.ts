import type { ClientConfig } from '../config.ts';
import { prepareDirectory } from './get-output.ts';
import { openClient } from './open-client.ts';
import type { JobSettings } from './submit-job.ts';
import { runSubmission } from './submit-run.ts';
import { readSources } from './submit-sources.ts';
import { UsageError } from './usage-error.ts';
import { chooseView } from './watch-choose.ts';

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
  const client = await openClient(config, { watches: follow });
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
