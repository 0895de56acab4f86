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
  /** Whether all documents become one batch. */
  batch?: boolean;
}

/**
 * `pagehive submit`: submits documents and optionally watches them. Returns the exit code: 0, 1 (a job or request
 * failed), 2 (usage) or 130 (Ctrl-C).
 */
export async function submit(config: ClientConfig, args: string[], options: SubmitOptions): Promise<number> {
  checkOptions(args, options);
  const found = options.batch ? await findDocuments(args) : args.map((argument) => ({ argument, below: null }));
  const sources = await readSources(found);
  const { out = null, json = false, follow: asked = false, batch = false, ...settings } = options;
  if (out !== null) await prepareDirectory(out, '--out');
  const follow = asked || out !== null;
  const client = await openClient(config, { watches: follow });
  // Fail at once if no server is there: the retries are for lost requests.
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
  if (name !== undefined) problems.push('--name is for one job: give only one document');
  if (idempotencyKey !== undefined) problems.push('--idempotency-key is for one job: give only one document');
  if (problems.length > 0) throw new UsageError(problems);
}
