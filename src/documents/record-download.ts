import type { Database } from '../connections/database.ts';
import { ClaimLostError, type Fenced, fenceValues } from '../job-row/fence.ts';
import { recordSource } from './sql/record-source.ts';

/** The location of a downloaded document's bytes. */
export interface StoredDownload {
  storageKey: string;
  sha256: string;
}

/**
 * Records that the bytes of a URL are stored, so that retries and other jobs of the document do not download it again.
 * Returns where the document's bytes are stored. If another job was faster, these are that job's bytes, and the caller
 * removes its own.
 */
export async function recordDownload(
  { database }: { database: Database },
  claim: Fenced,
  download: StoredDownload & { bytes: number; filename: string | null; contentType: string | null },
): Promise<StoredDownload> {
  const { storageKey, bytes, sha256, filename, contentType } = download;
  const values = [...fenceValues(claim), storageKey, bytes, sha256, filename, contentType];
  for (;;) {
    const [row] = await database.query<{ [Key in keyof StoredDownload]: string | null }>(recordSource, values);
    if (row === undefined) throw new ClaimLostError();
    // Both null: another job's write became visible while this statement waited for it. The next one sees it.
    if (row.storageKey !== null && row.sha256 !== null) return { storageKey: row.storageKey, sha256: row.sha256 };
  }
}
