import { createReadStream } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { knownWorkers } from '../fleet/workers.ts';
import { newUuid } from '../ids.ts';
import type { Claim } from '../jobs/claim.ts';
import { resultsFolder } from '../results/job-files.ts';
import { StorageError } from '../storage/storage.ts';
import type { RunContext } from './context.ts';

/**
 * A folder of one attempt for the files that its extractor hands over. The extractor makes it when it has something to write; here it
 * goes whatever happens. What a killed worker left goes when one starts that has not heard of it for ten minutes.
 */
export interface Scratch extends AsyncDisposable {
  path: string;
}

/** `path` is in the folder of the worker, which is how leftovers are told from what is in use. */
export function openScratch({ scratch, logger }: RunContext, { workerId }: Claim): Scratch {
  const path = join(scratch, workerId, newUuid());
  return {
    path,
    async [Symbol.asyncDispose]() {
      await rm(path, { recursive: true, force: true }).catch((error) =>
        logger.warn({ err: error, path }, 'files were left behind; the next worker that starts removes them'),
      );
    },
  };
}

/** Removes what workers left that were killed. Where that fails, the next one that starts tries again. */
export async function clearScratch({ scratch, jobs, logger }: RunContext): Promise<void> {
  try {
    const names = await readdir(scratch).catch(() => []);
    const known = names.length === 0 ? new Set<string>() : await knownWorkers(jobs);
    for (const name of names.filter((each) => !known.has(each))) {
      await rm(join(scratch, name), { recursive: true, force: true });
    }
  } catch (error) {
    logger.warn({ err: error }, 'what killed workers left behind could not be removed');
  }
}

/**
 * Moves a file of the scratch folder to the storage and gives its key. No two files ever have one key, so a worker that has lost
 * its claim overwrites nothing; it removes nothing either, as its last write may have counted. The row that names the key
 * makes the file exist, and the janitor removes what no row names.
 */
export async function storeFile(
  { storage }: RunContext,
  claim: Claim,
  path: string,
  signal: AbortSignal,
): Promise<string> {
  const key = `${resultsFolder(claim.id)}/${newUuid()}`;
  const source = createReadStream(path);
  await storage.put(key, source, { maxBytes: Number.POSITIVE_INFINITY, signal }).catch((error: unknown) => {
    if (error instanceof StorageError) throw error;
    signal.throwIfAborted();
    throw new StorageError(`could not read ${path}`, error);
  });
  await rm(path, { force: true });
  return key;
}
