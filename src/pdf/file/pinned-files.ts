import { packedObjects } from './catalog.ts';
import type { FileBytes } from './file-bytes.ts';

const pinned = '/FileAttachment';

/** Tells by the bytes of a document whether files may be pinned to its pages. True if it cannot be told. */
export function mayPinFiles(file: FileBytes): boolean {
  for (const bytes of file.searched()) {
    if (bytes.includes(pinned)) return true;
    if (!bytes.includes('/ObjStm')) continue;
    if (bytes.includes('/Encrypt')) return true;
    for (const objects of packedObjects(bytes)) if (objects.includes(pinned)) return true;
  }
  return false;
}
