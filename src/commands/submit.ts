import { ServerUnreachableError } from '../client/errors.ts';
import { TypedDocumentString } from '../client/generated/graphql.ts';
import type { ClientConfig } from '../config.ts';
import { prepareDirectory } from './get-output.ts';
import { openClient } from './open-client.ts';
import { printRefusal } from './refusal.ts';
import { groupSources, runBatches } from './submit-batch.ts';
import { findDocuments } from './submit-find.ts';
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
  /** All documents as one batch. */
  batch?: boolean;
}

/**
 * `pagehive submit`: sends documents, and watches them if asked. Gives the exit code: 0, 1 (a job or a request failed), 2
 * (usage), 130 (Ctrl-C).
 */
export async function submit(config: ClientConfig, args: string[], options: SubmitOptions): Promise<number> {
  checkOptions(args, options);
  const found = options.batch ? await findDocuments(args) : args.map((argument) => ({ argument, below: null }));
  const sources = await readSources(found);
  const { out = null, json = false, follow: asked = false, batch = false, ...settings } = options;
  if (out !== null) await prepareDirectory(out, '--out');
  const follow = asked || out !== null;
  const client = await openClient(config, { watches: follow });
  // What is sent again when it got lost is not to wait for a server that isn't there.
  const answer = await client.request(hello, {}).catch((error: unknown) => error);
  if (answer instanceof ServerUnreachableError) return printRefusal(answer);
  const run = { settings, follow, out };
  if (!batch) return await runSubmission(client, sources, run, await chooseView(sources, { follow, json }));
  const groups = groupSources(sources, settings);
  return await runBatches(client, groups, run, await chooseView(groups, { follow, json }));
}

const hello = new TypedDocumentString<object, Record<string, never>>('{ __typename }');

function checkOptions(args: string[], { batch, name, idempotencyKey }: SubmitOptions): void {
  if (batch || args.length === 1) return;
  const problems: string[] = [];
  if (name !== undefined) problems.push('--name names one job: give one document with it');
  if (idempotencyKey !== undefined) problems.push('--idempotency-key stands for one job: give one document with it');
  if (problems.length > 0) throw new UsageError(problems);
}
