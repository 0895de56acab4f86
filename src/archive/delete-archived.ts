import type { Database } from '../connections/database.ts';
import { deleteLockedArchive, lockArchivedDocument, namedArchives } from './sql/archived-jobs.ts';

/** What the deletion of an archived job leaves behind. */
export interface DeletedArchive {
  /** The storage key of its file. */
  archiveKey: string;
  /** The storage key of a document that nothing else uses; null if there is none. */
  storageKey: string | null;
  /** Number of its pages. */
  pages: number;
}

/**
 * Deletes an archived job, and its document if nothing else uses it. The caller removes the files. Returns null if the
 * job is not archived, or ended after `endedBy`.
 */
export async function deleteArchivedJob(
  database: Database,
  tenantId: string,
  id: string,
  endedBy: Date | null = null,
): Promise<DeletedArchive | null> {
  const [deleted] = await database.transaction(async (query) => {
    await query(lockArchivedDocument, [id, tenantId]);
    return await query<DeletedArchive & Record<string, unknown>>(deleteLockedArchive, [id, tenantId, endedBy]);
  });
  return deleted ?? null;
}

/** Returns which of these keys under `archives/` an archived job references. */
export async function namedArchiveKeys(database: Database, keys: string[]): Promise<Set<string>> {
  const rows = await database.query<{ key: string }>(namedArchives, [keys]);
  return new Set(rows.map(({ key }) => key));
}
