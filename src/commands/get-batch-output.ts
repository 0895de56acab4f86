import { retry } from '../client/backoff.ts';
import type { Client } from '../client/client.ts';
import { errorOf, GraphQLRequestError, reasonOf, ServerUnreachableError } from '../client/errors.ts';
import { openResult, type ResultFiles } from './get-output.ts';

/**
 * Writes NAME.md and NAME.txt for each COMPLETED job of a batch, from one download that is read line by line. After a
 * broken connection, it is read again without the files that are already written.
 */
export async function writeBatch(
  client: Client,
  id: string,
  directory: string,
  signal?: AbortSignal,
): Promise<string[]> {
  const written = new Map<string, string[]>();
  await retry(() => writeRest(client, id, directory, written, signal), { maxTries: 10, signal });
  return [...written.values()].flat();
}

/** The parts of the lines described in docs/downloads.md that are used here. */
type Line =
  | { type: 'batch' }
  | { type: 'job'; id: string; status: string; name: string | null; source: { filename: string | null } }
  | { type: 'page'; text: string; markdown: string };

async function writeRest(
  client: Client,
  id: string,
  directory: string,
  written: Map<string, string[]>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const download = await client.download(id, 'NDJSON', { signal });
  if (download === null) throw new GraphQLRequestError('NOT_FOUND', 'There is no such batch.');
  /** The job whose pages are being read, if any. */
  const open: { id: string; files: ResultFiles }[] = [];
  async function finish(): Promise<void> {
    for (const { id, files } of open.splice(0)) {
      await files.close();
      written.set(id, files.paths);
    }
  }
  try {
    for await (const text of linesOf(client.url, download.url, signal)) {
      const line: Line = JSON.parse(text);
      if (line.type === 'page') for (const { files } of open) await files.write(line);
      if (line.type !== 'job') continue;
      await finish();
      const { status, name, source } = line;
      if (status !== 'COMPLETED' || written.has(line.id)) continue;
      open.push({ id: line.id, files: await openResult(directory, name ?? source.filename ?? line.id) });
    }
    await finish();
  } finally {
    for (const { files } of open) await files.discard();
  }
}

async function* linesOf(base: string, url: string, signal: AbortSignal | undefined): AsyncGenerator<string> {
  let rest = '';
  try {
    const response = await fetch(url, { signal });
    if (response.status !== 200 || response.body === null) {
      throw errorOf(await response.json()) ?? new ServerUnreachableError(base, `HTTP ${response.status}`);
    }
    for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof GraphQLRequestError || error instanceof ServerUnreachableError) throw error;
    throw new ServerUnreachableError(base, reasonOf(error), { cause: error });
  }
}
