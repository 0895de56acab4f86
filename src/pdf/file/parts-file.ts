import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { JobError } from '../../errors.ts';

/**
 * Many small files concatenated into one, so that storing them waits for the disk only once. Created with the first
 * non-empty part.
 */
export class PartsFile implements AsyncDisposable {
  readonly #path: string;
  #file: FileHandle | null = null;
  #length = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Null if nothing was written. */
  get path(): string | null {
    return this.#file === null ? null : this.#path;
  }

  /** Number of bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /**
   * Throws `JobError` STORAGE_UNAVAILABLE, for example if the disk is full. The file is unusable then, because it may
   * contain half of a part.
   */
  async add(content: Uint8Array): Promise<{ offset: number; bytes: number }> {
    const part = { offset: this.#length, bytes: content.length };
    if (content.length > 0) {
      try {
        this.#file ??= await createFile(this.#path);
        await this.#file.writeFile(content);
      } catch (error) {
        throw new JobError('STORAGE_UNAVAILABLE', { cause: error });
      }
      this.#length += content.length;
    }
    return part;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close();
  }
}

/** Creates a file, and its folder if needed: in a sandbox the file exists, and nothing else may be created. */
export async function createFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'w', 0o600);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOENT') throw error;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    return await open(path, 'w', 0o600);
  }
}
