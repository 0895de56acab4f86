import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { JobError } from '../../errors.ts';

/**
 * Many small files in one, one after the other: stored with one wait for the disk, however many there are. It is made with the
 * first that is not empty.
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

  /** How many bytes there are so far. */
  get length(): number {
    return this.#length;
  }

  /** Throws `JobError` STORAGE_UNAVAILABLE, as on a full disk: after that the file is of no use, as half of a part may be in it. */
  async add(content: Uint8Array): Promise<{ offset: number; bytes: number }> {
    const part = { offset: this.#length, bytes: content.length };
    if (content.length > 0) {
      try {
        this.#file ??= await create(this.#path);
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

async function create(path: string): Promise<FileHandle> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  return await open(path, 'w', 0o600);
}
