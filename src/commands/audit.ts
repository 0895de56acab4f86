import { once } from 'node:events';
import { publicEntry, readEntries } from '../audit/read.ts';
import type { Config } from '../config/config.ts';
import { openOwnDatabase } from './own-database.ts';

export interface ExportOptions {
  /** Inclusive. */
  since?: Date;
  /** Exclusive. */
  until?: Date;
}

/** Prints one JSON object per line. Waits for its reader, so that any number of entries fits into memory. */
export async function exportAuditLog(config: Config, { since, until }: ExportOptions): Promise<void> {
  await using database = await openOwnDatabase(config, 'audit');
  for await (const entry of readEntries(database, { createdAfter: since, createdBefore: until })) {
    const line = `${JSON.stringify(publicEntry(entry))}\n`;
    if (!process.stdout.write(line)) await once(process.stdout, 'drain');
  }
}
