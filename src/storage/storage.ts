import type { Readable } from 'node:stream';

/** What is known of bytes once they are durable. */
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

/** Inclusive and 0-based, as in HTTP. */
export interface ByteRange {
  first: number;
  last: number;
}

export interface PutOptions {
  /** One byte more is a `SizeLimitError`. */
  maxBytes: number;
  /** Looked at between two chunks and before the object appears; who made the source ends one that hangs. */
  signal?: AbortSignal;
}

/**
 * Bytes by key, wherever they are. Every method rejects with a `StorageError` when the storage is at fault; errors of a
 * source or of `use` pass through as they are.
 */
export interface Storage {
  /**
   * Streams `source` into `key`, replacing what was there in one step. Durable once it answers; after any error the key
   * is as it was before.
   */
  put(key: string, source: AsyncIterable<Uint8Array>, options: PutOptions): Promise<Stored>;
  /** The stream has to be read to its end or destroyed. */
  get(key: string, range?: ByteRange): Promise<Readable>;
  /**
   * Gives `use` a path to read from, which is good until `use` has settled: an engine needs a file, not a
   * stream. A missing object is for `use` to meet, as a path that isn't there: looking first would cost every job a call.
   */
  withLocalFile<T>(key: string, use: (path: string) => Promise<T>): Promise<T>;
  /** Null: there is no such object. */
  stat(key: string): Promise<ObjectStat | null>;
  /** Removing what isn't there is no error. */
  remove(key: string): Promise<void>;
  /** Everything under a folder of keys such as `results/job_01h`, in no order; all without one. */
  list(folder?: string): AsyncIterable<ListedObject>;
}

/** The storage could not be read or written. For a job it means STORAGE_UNAVAILABLE. */
export class StorageError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'StorageError';
  }
}

/** There should have been an object under this key. */
export class ObjectMissingError extends StorageError {
  constructor(key: string) {
    super(`the storage holds no object ${key}`);
    this.name = 'ObjectMissingError';
  }
}

/** The storage is not the one that the database belongs to: a process must not go on with it. */
export class StorageMismatchError extends StorageError {
  constructor(message: string) {
    super(message);
    this.name = 'StorageMismatchError';
  }
}

/** The source had more bytes than `put` was told to take. No fault of the storage's, so no `StorageError`. */
export class SizeLimitError extends Error {
  readonly maxBytes: number;

  constructor(maxBytes: number) {
    super(`more than ${maxBytes} bytes`);
    this.name = 'SizeLimitError';
    this.maxBytes = maxBytes;
  }
}

const keyPattern = /^[a-z0-9_][a-z0-9_.-]{0,199}(\/[a-z0-9_][a-z0-9_.-]{0,199}){0,7}$/;

/** A key is made by us, never by a client: a bad one is a bug, and is stopped before it becomes a path. */
export function assertKey(key: string): void {
  if (!keyPattern.test(key)) {
    throw new TypeError(`not a storage key: ${JSON.stringify(key)}`);
  }
}
