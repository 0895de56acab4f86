import type { Database } from '../connections/database.ts';
import { encodeId } from '../ids.ts';
import type { Logger } from '../ops/logger.ts';
import type { Storage } from '../storage/storage.ts';
import { namedFiles } from './sql/named-files.ts';

/** Returns the folder of a job's result files. */
export function resultsFolder(jobId: string): string {
  return `results/${jobId}`;
}

/**
 * Removes the files of a deleted job, and the other objects that no row references any more; null keys stand for none.
 * Never throws: the job is deleted even if this fails, and the janitor then removes the rest.
 */
export async function removeJobFiles(
  { storage, logger }: { storage: Storage; logger: Logger },
  jobId: string,
  others: readonly (string | null)[],
): Promise<void> {
  try {
    for (const key of others) if (key !== null) await storage.remove(key);
    for await (const { key } of storage.list(resultsFolder(jobId))) await storage.remove(key);
  } catch (error) {
    logger.warn({ err: error, job: encodeId('job', jobId) }, 'files were left behind; the janitor removes them');
  }
}

/** Returns the keys under `results/` that a row references. */
export async function namedJobFiles(database: Database, keys: string[]): Promise<Set<string>> {
  const jobIds = new Set(keys.flatMap((key) => key.match(/^results\/([0-9a-f-]{36})\//)?.[1] ?? []));
  const rows = await database.query<{ key: string }>(namedFiles, [[...jobIds], keys]);
  return new Set(rows.map(({ key }) => key));
}
