import type { ClientLimits } from '../config/client-limits.ts';
import type { Database } from '../connections/database.ts';
import { encodeId } from '../ids.ts';
import type { Logger } from '../ops/logger.ts';
import type { Storage } from '../storage/storage.ts';
import { workInTurn } from './in-turn.ts';
import { forgetDocument, forgetImages, jobsWithOldImages, lockSource, oldDocuments } from './sql/old-files.ts';

/** The services that delete old files. */
export interface FilesContext {
  database: Database;
  storage: Storage;
  logger: Logger;
  config: { clientLimits: Pick<ClientLimits, 'documentsDays' | 'imagesDays'> };
}

/**
 * Deletes the bytes of a part of the documents that are older than their tenant, or the installation, keeps them; their
 * results stay. Returns the number of deleted ones. At 0, no further document can be deleted now.
 */
export function deleteOldDocuments(context: FilesContext): Promise<number> {
  const { database } = context;
  const { documentsDays } = context.config.clientLimits;
  return workInTurn(database, oldDocuments, documentsDays, async ({ id, endedBy }) => {
    const [forgotten] = await database.transaction(async (query) => {
      await query(lockSource, [id]);
      return await query<{ storageKey: string }>(forgetDocument, [id, endedBy]);
    });
    if (forgotten === undefined) return false;
    await removeAll(context, encodeId('upload', id), [forgotten.storageKey]);
    return true;
  });
}

/**
 * Deletes the page images of a part of the final jobs that are older than their tenant, or the installation, keeps them;
 * their results stay. Returns the number of jobs. At 0, no further images can be deleted now.
 */
export function deleteOldImages(context: FilesContext): Promise<number> {
  const { database } = context;
  return workInTurn(database, jobsWithOldImages, context.config.clientLimits.imagesDays, async ({ id, endedBy }) => {
    const files = await database.query<{ key: string }>(forgetImages, [id, endedBy]);
    await removeAll(
      context,
      encodeId('job', id),
      files.map(({ key }) => key),
    );
    return true;
  });
}

/** Never throws: no row references the files any more, so the janitor removes what is left. */
async function removeAll({ storage, logger }: FilesContext, owner: string, keys: string[]): Promise<void> {
  try {
    for (const key of keys) await storage.remove(key);
  } catch (error) {
    logger.warn({ err: error, owner }, 'files were left behind; the janitor removes them');
  }
}
