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
 * A folder of one attempt for the files of its extractor, which creates it when needed. Disposal removes it. Leftovers
 * of a killed worker are removed when another starts after its heartbeat has been missing for ten minutes.
 */
export interface Scratch extends AsyncDisposable {
  path: string;
}

/** The path includes the worker's id, which distinguishes leftovers from files in use. */
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

/** Removes leftovers of killed workers. If that fails, the next worker to start tries again. */
export async function clearScratch({ scratch, jobs, logger }: RunContext): Promise<void> {
  try {
    const names = await readdir(scratch).catch(() => []);
    const known = names.length === 0 ? new Set<string>() : await knownWorkers(jobs);
    for (const name of names.filter((each) => !known.has(each))) {
      await rm(join(scratch, name), { recursive: true, force: true });
    }
  } catch (error) {
    logger.warn({ err: error }, 'leftovers of killed workers could not be removed');
  }
}

/**
 * Moves a file from the scratch folder to the storage and returns its key. Keys are unique, so a worker that has lost
 * its claim overwrites nothing. It removes nothing either, because its last write may have succeeded. A file counts
 * once a row references its key; the janitor removes the others.
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
