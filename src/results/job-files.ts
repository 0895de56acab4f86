import type { Database } from '../connections/database.ts';
import type { Storage } from '../storage/storage.ts';
import { namedFiles } from './sql/named-files.ts';

/** Returns the folder of the files that a job makes. */
export function resultsFolder(jobId: string): string {
  return `results/${jobId}`;
}

/** Removes all files of a deleted job. */
export async function removeJobFiles(storage: Storage, jobId: string): Promise<void> {
  for await (const { key } of storage.list(resultsFolder(jobId))) await storage.remove(key);
}

/** Returns the keys under `results/` that a row names. */
export async function namedJobFiles(database: Database, keys: string[]): Promise<Set<string>> {
  const jobIds = new Set(keys.flatMap((key) => key.match(/^results\/([0-9a-f-]{36})\//)?.[1] ?? []));
  const rows = await database.query<{ key: string }>(namedFiles, [[...jobIds], keys]);
  return new Set(rows.map(({ key }) => key));
}
