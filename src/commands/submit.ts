import { ServerUnreachableError } from '../client/errors.ts';
import { TypedDocumentString } from '../client/generated/graphql.ts';
import type { ClientConfig } from '../config/client-config.ts';
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
import { toStderr } from './watch-view.ts';

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
  const { out = null, json = false, follow: asked = false, batch = false, ...given } = options;
  const settings = { ...given, password: given.password ?? config.documentPassword ?? undefined };
  if (out !== null) await prepareDirectory(out, '--out');
  const follow = asked || out !== null;
  const client = await openClient(config, { watches: follow });
  // Fails at once if there is no server: the retries are for lost requests.
  const answer = await client.request(hello, {}).catch((error: unknown) => {
    if (error instanceof ServerUnreachableError) return error;
    // Each document reports its refusal.
    return null;
  });
  if (answer instanceof ServerUnreachableError) return printRefusal(answer);
  const lacking = neededScopes.filter((scope) => answer?.viewer?.scopes.includes(scope) === false);
  if (lacking.length > 0) {
    toStderr(`submit needs the scopes ${neededScopes.join(' and ')}, and the API key lacks ${lacking.join(' and ')}.`);
    return 1;
  }
  const run = { settings, follow, out };
  if (!batch) return await runSubmission(client, sources, run, await chooseView(sources, { follow, json }));
  const groups = groupSources(sources, settings);
  return await runBatches(client, groups, run, await chooseView(groups, { follow, json }));
}

/** Before any document is uploaded, because the server learns only with its job what the key may read. */
const neededScopes = ['READ', 'WRITE'] as const;

const hello = new TypedDocumentString<{ viewer?: { scopes: string[] } }, Record<string, never>>(
  '{ viewer { scopes } }',
);

function checkOptions(args: string[], { batch, name, idempotencyKey }: SubmitOptions): void {
  if (batch || args.length === 1) return;
  const problems: string[] = [];
  if (name !== undefined) problems.push('--name is for one job: give only one document');
  if (idempotencyKey !== undefined) problems.push('--idempotency-key is for one job: give only one document');
  if (problems.length > 0) throw new UsageError(problems);
}
