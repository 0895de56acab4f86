import { readFile } from 'node:fs/promises';
import { JobError } from '../../errors.ts';

/** Reads the bytes into a separate buffer, because they are transferred to another thread. */
export async function readDocument(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const file = await readFile(path).catch((error: unknown) => {
    throw new JobError('STORAGE_UNAVAILABLE', { cause: error });
  });
  if (file.length === 0) {
    throw new JobError('PDF_EMPTY');
  }
  return file.byteOffset === 0 && file.length === file.buffer.byteLength
    ? new Uint8Array(file.buffer)
    : new Uint8Array(file);
}
