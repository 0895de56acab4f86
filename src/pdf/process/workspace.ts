import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  constants,
  copyFileSync,
  createWriteStream,
  linkSync,
  mkdirSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { copyFile, mkdir, open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { JobError } from '../../errors.ts';
import { scratchFiles } from '../model/scratch-files.ts';

const documentName = 'document.pdf';

/** Shares the blocks of the original where the file system can. Follows no link that an extractor has made. */
const copying = constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL;

/** Size up to which a document is copied at once, in bytes. */
const smallBytes = 1024 ** 2;

/** Why a document cannot be linked, so that it must be copied: another file system, or a file of another user. */
const unlinkable = ['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EACCES'];

/**
 * The files of one extractor process, as this process sees them: a folder with the document that it may read, and a
 * folder with the files that it may write. Both folders belong to this process, so that an extractor can neither add
 * files nor replace them by links.
 */
export class Workspace implements Disposable {
  readonly folder: string;
  readonly input: string;
  readonly scratch: string;
  /** The user of the extractor if it is not the one of this process; also the id of its group. */
  readonly #user: number | null;
  readonly #written: string[];
  readonly document: string;

  constructor(folder: string, user: number | null) {
    this.folder = folder;
    this.input = join(folder, 'in');
    this.scratch = join(folder, 'out');
    this.document = join(this.input, documentName);
    this.#user = user;
    const mode = user === null ? 0o700 : 0o750;
    for (const path of [folder, this.input, this.scratch]) {
      mkdirSync(path, { recursive: true });
      if (user !== null) chownSync(path, -1, user);
      chmodSync(path, mode);
    }
    this.#written = Object.values(scratchFiles).map((name) => join(this.scratch, name));
    for (const path of this.#written) {
      writeFileSync(path, '', { mode: 0o600 });
      if (user !== null) chownSync(path, user, user);
    }
  }

  /** Makes a document readable for the extractor. Throws `JobError` STORAGE_UNAVAILABLE. */
  async place(path: string): Promise<void> {
    try {
      // A link has the owner and the permissions of the original.
      if (this.#user === null && isLinked(path, this.document)) return;
      // Waiting for another thread takes longer than to copy a small document.
      if (statSync(path).size <= smallBytes) copyFileSync(path, this.document, copying);
      else await copyFile(path, this.document, copying);
      if (this.#user === null) return;
      // The extractor reads the document by its group, and must not own it.
      chownSync(this.document, -1, this.#user);
      chmodSync(this.document, 0o640);
    } catch (error) {
      throw new JobError('STORAGE_UNAVAILABLE', { cause: error });
    }
  }

  /** Removes the document, and empties the files that the extractor has written. Returns false if that fails. */
  clear(): boolean {
    try {
      unlinkSync(this.document);
      for (const path of this.#written) {
        if (statSync(path).size > 0) truncateSync(path);
      }
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Copies a written file into another folder and returns the path of the copy. Trusts nothing but the name: where an
   * extractor could put a link or a pipe in its place, neither is followed.
   */
  async handOver(written: string, folder: string): Promise<string> {
    const name = basename(written);
    if (!Object.values<string>(scratchFiles).includes(name)) {
      throw new JobError('INTERNAL', { detail: 'The extractor handed over a file that it may not write.' });
    }
    const target = join(folder, `${name}-${randomUUID()}`);
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
      await using file = await open(join(this.scratch, name), flags);
      if (!(await file.stat()).isFile()) throw new Error('not a regular file');
      await pipeline(file.createReadStream({ autoClose: false }), createWriteStream(target, { mode: 0o600 }));
    } catch (error) {
      throw new JobError('STORAGE_UNAVAILABLE', { cause: error });
    }
    return target;
  }

  [Symbol.dispose](): void {
    try {
      rmSync(this.folder, { recursive: true, force: true });
    } catch {
      // The folder above it has disappeared. What remains is removed with the folder of the worker.
    }
  }
}

/** Links a document; returns false if it must be copied. */
function isLinked(path: string, target: string): boolean {
  try {
    linkSync(path, target);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && unlinkable.some((code) => code === error.code)) return false;
    throw error;
  }
}
