import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, opendir, readdir, rename, rm, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { failedWith, syncDirectory } from './durable.ts';
import {
  assertKey,
  type ByteRange,
  type ListedObject,
  ObjectMissingError,
  type ObjectStat,
  type PutOptions,
  SizeLimitError,
  type Storage,
  StorageError,
  type Stored,
} from './storage.ts';
import { checkStorageId, createStorageId } from './storage-id.ts';

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Opens the storage under `dataDir`. `expectedId` is the id in the database, or null if the database is not bound to a
 * storage yet. Then this returns the folder's id, creating it if needed, and the caller records it.
 */
export async function openLocalStorage(
  dataDir: string,
  { expectedId }: { expectedId: string | null },
): Promise<{ storage: Storage; id: string }> {
  const folder = join(dataDir, 'storage');
  return attempt(`open ${folder}`, async () => {
    // Check before creating anything: a mistyped DATA_DIR must not leave an empty storage behind.
    const found = await checkStorageId(folder, expectedId);
    await mkdir(dataDir, { recursive: true });
    // Documents are private. dataDir itself stays readable, because PostgreSQL may run in it as another user.
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await mkdir(join(folder, 'objects'), { recursive: true });
    await mkdir(join(folder, 'incoming'), { recursive: true });
    await syncDirectory(folder);
    await syncDirectory(dataDir);
    const id = found ?? (await createStorageId(folder));
    await removeAbandoned(join(folder, 'incoming'));
    return { storage: new LocalStorage(folder), id };
  });
}

/** Stores each object as a file in a folder: enough for one machine, or several that share a file system. */
class LocalStorage implements Storage {
  readonly #objects: string;
  /** Unfinished files, on the same file system as the objects, so that a rename is atomic. */
  readonly #incoming: string;

  constructor(folder: string) {
    this.#objects = join(folder, 'objects');
    this.#incoming = join(folder, 'incoming');
  }

  async put(key: string, source: AsyncIterable<Uint8Array>, options: PutOptions): Promise<Stored> {
    const path = this.#path(key);
    const incoming = join(this.#incoming, randomUUID());
    const file = await attempt(`write ${key}`, () => open(incoming, 'wx', 0o600));
    try {
      const stored = await fill(file, key, source, options);
      await attempt(`write ${key}`, () => file.sync());
      options.signal?.throwIfAborted();
      await attempt(`write ${key}`, () => this.#place(incoming, path));
      return stored;
    } finally {
      // If this fails, the next process that opens the storage removes the file after a day.
      await file.close().catch(() => undefined);
      await rm(incoming, { force: true }).catch(() => undefined);
    }
  }

  async get(key: string, range?: ByteRange): Promise<Readable> {
    const file = await attempt(`read ${key}`, () => open(this.#path(key), 'r'), key);
    return file.createReadStream(range === undefined ? {} : { start: range.first, end: range.last });
  }

  async withLocalFile<T>(key: string, use: (path: string) => Promise<T>): Promise<T> {
    return await use(this.#path(key));
  }

  async stat(key: string): Promise<ObjectStat | null> {
    return attempt(`read ${key}`, () => statOrNull(this.#path(key)));
  }

  async remove(key: string): Promise<void> {
    const path = this.#path(key);
    await attempt(`remove ${key}`, () => rm(path, { force: true }));
    await this.#removeEmpty(dirname(path));
  }

  async *list(folder?: string): AsyncIterable<ListedObject> {
    yield* walk(folder === undefined ? this.#objects : this.#path(folder), folder ?? '');
  }

  #path(key: string): string {
    assertKey(key);
    return join(this.#objects, key);
  }

  async #place(incoming: string, path: string): Promise<void> {
    for (let retries = 10; ; retries -= 1) {
      try {
        await mkdir(dirname(path), { recursive: true });
        await rename(incoming, path);
        break;
      } catch (error) {
        // The directory was removed together with its last object meanwhile.
        if (retries === 0 || !failedWith(error, 'ENOENT')) {
          throw error;
        }
      }
    }
    // Sync all the way up, even directories created by another call, which may not have synced them yet.
    for (let directory = dirname(path); ; directory = dirname(directory)) {
      await syncDirectory(directory);
      if (directory === this.#objects) {
        return;
      }
    }
  }

  /** Removes empty directories, up to the first that is not empty; otherwise every job would leave one. */
  async #removeEmpty(directory: string): Promise<void> {
    for (let path = directory; path !== this.#objects; path = dirname(path)) {
      try {
        await rmdir(path);
      } catch {
        return;
      }
    }
  }
}

/** Writes each chunk before requesting the next: a slow disk slows the sender, and memory stays constant. */
async function fill(
  file: FileHandle,
  key: string,
  source: AsyncIterable<Uint8Array>,
  { maxBytes, signal }: PutOptions,
): Promise<Stored> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of source) {
    signal?.throwIfAborted();
    bytes += chunk.byteLength;
    if (bytes > maxBytes) {
      throw new SizeLimitError(maxBytes);
    }
    hash.update(chunk);
    await attempt(`write ${key}`, () => file.writeFile(chunk));
  }
  return { bytes, sha256: hash.digest('hex') };
}

async function* walk(directory: string, prefix: string): AsyncGenerator<ListedObject> {
  let entries: Awaited<ReturnType<typeof opendir>>;
  try {
    entries = await opendir(directory);
  } catch (error) {
    if (failedWith(error, 'ENOENT', 'ENOTDIR')) {
      return;
    }
    throw new StorageError(`could not list ${directory}`, error);
  }
  for await (const entry of entries) {
    const key = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    const path = join(directory, entry.name);
    if (entry.isDirectory()) {
      yield* walk(path, key);
    } else {
      const found = await attempt(`list ${key}`, () => statOrNull(path));
      if (found !== null) {
        yield { key, ...found };
      }
    }
  }
}

async function statOrNull(path: string): Promise<ObjectStat | null> {
  try {
    const found = await stat(path);
    return found.isFile() ? { bytes: found.size, modifiedAt: found.mtime } : null;
  } catch (error) {
    if (failedWith(error, 'ENOENT', 'ENOTDIR')) {
      return null;
    }
    throw error;
  }
}

/** Removes files older than a day. Younger ones may still be written by other processes. */
async function removeAbandoned(incoming: string): Promise<void> {
  for (const name of await readdir(incoming)) {
    const path = join(incoming, name);
    const found = await statOrNull(path);
    if (found !== null && Date.now() - found.modifiedAt.getTime() > dayMs) {
      await unlink(path).catch(() => undefined);
    }
  }
}

/** Converts file system errors to `StorageError`; with `key`, ENOENT means that the object is missing. */
async function attempt<T>(what: string, work: () => Promise<T>, key?: string): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StorageError || error instanceof TypeError) {
      throw error;
    }
    if (key !== undefined && failedWith(error, 'ENOENT', 'ENOTDIR')) {
      throw new ObjectMissingError(key);
    }
    const reason = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw new StorageError(`could not ${what}${reason}`, error);
  }
}
