import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { JobError } from '../../errors.ts';

const MiB = 1024 ** 2;

/** Maximum size of documents held in memory, in bytes. Larger ones are read on demand. */
const maxWhole = 32 * MiB;

/** Size of a block of a larger document in bytes, and number of cached blocks. */
const [blockBytes, maxBlocks] = [256 * 1024, 128];

/** Number of bytes searched at each end of a larger document. */
const searchedBytes = 16 * MiB;

/** The bytes of a document, read from its file on demand. Synchronous, because native code of engines requests them. */
export class FileBytes implements Disposable {
  readonly length: number;
  readonly #file: number;
  readonly #whole: Buffer | null;
  readonly #blocks = new Map<number, Buffer>();
  #hidden: { key: Buffer; instead: Buffer } | null = null;

  /** Throws `JobError` STORAGE_UNAVAILABLE if the file cannot be read, PDF_EMPTY if it is empty. */
  constructor(path: string) {
    try {
      this.#file = openSync(path, 'r');
      this.length = fstatSync(this.#file).size;
    } catch (error) {
      throw new JobError('STORAGE_UNAVAILABLE', { cause: error });
    }
    try {
      if (this.length === 0) throw new JobError('PDF_EMPTY');
      this.#whole = this.length > maxWhole ? null : this.#load(0, this.length);
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** Copies the bytes from `position` on into `target`, which must not reach beyond the end. */
  read(position: number, target: Uint8Array): void {
    if (this.#whole !== null) {
      target.set(this.#whole.subarray(position, position + target.length));
      return;
    }
    for (let done = 0; done < target.length; ) {
      const at = position + done;
      const start = at % blockBytes;
      const part = this.#block(Math.floor(at / blockBytes)).subarray(start, start + target.length - done);
      if (part.length === 0) throw becameShorter();
      target.set(part, done);
      done += part.length;
    }
  }

  /** Yields the parts of the document that are searched without an engine: all of it, or both ends of a large one. */
  *searched(): Generator<Buffer> {
    if (this.#whole !== null) {
      yield this.#whole;
    } else {
      yield this.#load(0, searchedBytes);
      yield this.#load(this.length - searchedBytes, this.length);
    }
  }

  /**
   * From now on, replaces a dictionary key with another one of the same length. May be called once, for a key that
   * engines do not need and may fail on.
   */
  hide(name: string): void {
    // With a digit as its first letter, the name is unknown to engines.
    this.#hidden = { key: Buffer.from(`/${name}`), instead: Buffer.from(`/0${name.slice(1)}`) };
    if (this.#whole !== null) this.#replace(this.#whole);
    this.#blocks.clear();
  }

  #replace(bytes: Buffer): void {
    if (this.#hidden === null) return;
    const { key, instead } = this.#hidden;
    for (let at = bytes.indexOf(key); at >= 0; at = bytes.indexOf(key, at + key.length)) instead.copy(bytes, at);
  }

  #block(index: number): Buffer {
    const known = this.#blocks.get(index);
    if (known !== undefined) return known;
    const start = index * blockBytes;
    // Reads a margin, because the hidden key may cross the boundaries of the block.
    const margin = this.#hidden?.key.length ?? 0;
    const from = Math.max(0, start - margin);
    const bytes = this.#load(from, start + blockBytes + margin);
    this.#replace(bytes);
    const [oldest] = this.#blocks.keys();
    if (this.#blocks.size >= maxBlocks && oldest !== undefined) this.#blocks.delete(oldest);
    const block = bytes.subarray(start - from, start - from + blockBytes);
    this.#blocks.set(index, block);
    return block;
  }

  #load(from: number, to: number): Buffer {
    const bytes = Buffer.allocUnsafeSlow(Math.min(to, this.length) - from);
    for (let done = 0; done < bytes.length; ) {
      const read = this.#readInto(bytes, done, from + done);
      if (read === 0) throw becameShorter();
      done += read;
    }
    return bytes;
  }

  #readInto(bytes: Buffer, offset: number, position: number): number {
    try {
      return readSync(this.#file, bytes, offset, bytes.length - offset, position);
    } catch (error) {
      throw new JobError('STORAGE_UNAVAILABLE', { cause: error });
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }
}

function becameShorter(): JobError {
  return new JobError('STORAGE_UNAVAILABLE', { detail: 'The document became shorter while it was read.' });
}
