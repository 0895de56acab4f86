import type { Readable } from 'node:stream';

/** The facts known about bytes once they are durable. */
export interface Stored {
  bytes: number;
  /** Lowercase hex. */
  sha256: string;
}

export interface ObjectStat {
  bytes: number;
  modifiedAt: Date;
}

export interface ListedObject extends ObjectStat {
  key: string;
}

/** Inclusive and zero-based, as in HTTP. */
export interface ByteRange {
  first: number;
  last: number;
}

export interface PutOptions {
  /** One byte more throws `SizeLimitError`. */
  maxBytes: number;
  /** Checked between chunks and before the object appears. A hanging source must be ended by its creator. */
  signal?: AbortSignal;
}

/**
 * Bytes by key, in any kind of storage. Every method rejects with a `StorageError` when the storage is at fault; errors
 * of a source or of `use` pass through unchanged.
 */
export interface Storage {
  /**
   * Streams `source` into `key`, replacing any old object atomically. Durable once it resolves; after an error, the key
   * is unchanged.
   */
  put(key: string, source: AsyncIterable<Uint8Array>, options: PutOptions): Promise<Stored>;
  /** The stream must be read to its end or destroyed. */
  get(key: string, range?: ByteRange): Promise<Readable>;
  /**
   * Calls `use` with a path that is valid until `use` settles, because engines need a file, not a stream. If the object
   * is missing, so is the file: checking first would cost every job a call.
   */
  withLocalFile<T>(key: string, use: (path: string) => Promise<T>): Promise<T>;
  /** Returns null for a missing object. */
  stat(key: string): Promise<ObjectStat | null>;
  /** Removes an object; a missing one is not an error. */
  remove(key: string): Promise<void>;
  /** Lists everything below a folder of keys such as `results/job_01h`, or everything, in no particular order. */
  list(folder?: string): AsyncIterable<ListedObject>;
}

/** The storage could not be read or written. Jobs fail with STORAGE_UNAVAILABLE. */
export class StorageError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'StorageError';
  }
}

/** The object that should exist under this key is missing. */
export class ObjectMissingError extends StorageError {
  constructor(key: string) {
    super(`the storage has no object ${key}`);
    this.name = 'ObjectMissingError';
  }
}

/** The storage belongs to another database: a process must not continue with it. */
export class StorageMismatchError extends StorageError {
  constructor(message: string) {
    super(message);
    this.name = 'StorageMismatchError';
  }
}

/** The source exceeded `maxBytes`. Not the storage's fault, so not a `StorageError`. */
export class SizeLimitError extends Error {
  readonly maxBytes: number;

  constructor(maxBytes: number) {
    super(`more than ${maxBytes} bytes`);
    this.name = 'SizeLimitError';
    this.maxBytes = maxBytes;
  }
}

const keyPattern = /^[a-z0-9_][a-z0-9_.-]{0,199}(\/[a-z0-9_][a-z0-9_.-]{0,199}){0,7}$/;

/** Pagehive creates all keys, never clients. An invalid one is a bug; catch it before it becomes a path. */
export function assertKey(key: string): void {
  if (!keyPattern.test(key)) {
    throw new TypeError(`not a storage key: ${JSON.stringify(key)}`);
  }
}
