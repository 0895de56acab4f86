import type { Database } from '../connections/database.ts';
import { encodeId, type IdType, nilUuid } from '../ids.ts';
import type { Storage } from '../storage/storage.ts';
import { archiveKeys, attachmentKeys, documentKeys, imageKeys } from './sql/stored-objects.ts';

/** A stored object that a row references, but that is missing. */
export interface MissingObject {
  key: string;
  /** The public id of the job or document. */
  owner: string;
}

interface Examined extends Record<string, unknown> {
  id: string;
  key: string | null;
  /** Of a page. */
  number?: number;
}

const walks: [statement: string, owner: IdType][] = [
  [documentKeys, 'upload'],
  [attachmentKeys, 'job'],
  [archiveKeys, 'job'],
  [imageKeys, 'job'],
];

/**
 * Finds objects that a row references, but that are not in the storage: lost by the disk, or by a restore from backups
 * that do not belong together. Takes a look at every row and every object.
 */
export async function* findMissing(database: Database, storage: Storage): AsyncGenerator<MissingObject> {
  for (const [statement, owner] of walks) {
    let after: (string | number)[] = statement === imageKeys ? [nilUuid, 0] : [nilUuid];
    for (;;) {
      const rows = await database.query<Examined>(statement, after);
      const missing: { id: string; key: string }[] = [];
      for (const { id, key } of rows) {
        if (key !== null && (await storage.stat(key)) === null) missing.push({ id, key });
      }
      if (missing.length > 0) {
        // Not what was deleted since.
        const again = await database.query<Examined>(statement, after);
        const named = new Set(again.map(({ key }) => key));
        for (const { id, key } of missing) if (named.has(key)) yield { key, owner: encodeId(owner, id) };
      }
      const last = rows.at(-1);
      if (last === undefined) break;
      after = last.number === undefined ? [last.id] : [last.id, last.number];
    }
  }
}
