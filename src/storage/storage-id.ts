import { randomUUID } from 'node:crypto';
import { link, open, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { failedWith, syncDirectory } from './durable.ts';
import { StorageMismatchError } from './storage.ts';

const idPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Reads the id that ties the storage folder to one database; null if the folder has none. Throws `StorageMismatchError`
 * unless it is the expected one: with the wrong folder, every document would seem lost, and the pruner would treat
 * another database's documents as leftovers.
 */
export async function checkStorageId(folder: string, expectedId: string | null): Promise<string | null> {
  const id = await readId(folder);
  if (expectedId !== null && id !== expectedId) {
    const found = id === null ? 'contains no storage' : `contains the storage ${id}`;
    throw new StorageMismatchError(
      `DATA_DIR is ${dirname(folder)}, which ${found}, but this database belongs to the storage ${expectedId}. ` +
        'Set DATA_DIR to the folder that was used with this database, or DATABASE_URL to the database of this folder.',
    );
  }
  return id;
}

/** Gives the folder an id. All concurrent processes get the id of the fastest. */
export async function createStorageId(folder: string): Promise<string> {
  const id = randomUUID();
  const draft = join(folder, `storage-id.${id}`);
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(`${id}\n`);
    await file.sync();
    // Unlike a rename, a link fails if the file exists; and the file is never visible half written.
    await link(draft, idFile(folder)).catch((error: unknown) => {
      if (!failedWith(error, 'EEXIST')) {
        throw error;
      }
    });
  } finally {
    await file.close();
    await rm(draft, { force: true });
  }
  await syncDirectory(folder);
  return (await readId(folder)) ?? id;
}

async function readId(folder: string): Promise<string | null> {
  let text: string;
  try {
    text = (await readFile(idFile(folder), 'utf8')).trim();
  } catch (error) {
    if (failedWith(error, 'ENOENT')) {
      return null;
    }
    throw error;
  }
  if (!idPattern.test(text)) {
    throw new StorageMismatchError(`${idFile(folder)} contains no id. Restore it, or set DATA_DIR to another folder.`);
  }
  return text;
}

function idFile(folder: string): string {
  return join(folder, 'storage-id');
}
