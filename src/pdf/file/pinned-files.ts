import { packedObjects } from './catalog.ts';
import type { FileBytes } from './file-bytes.ts';

const pinned = '/FileAttachment';

/** Whether files may be attached to pages of a document, according to its bytes. True if unknown. */
export function mayPinFiles(file: FileBytes): boolean {
  for (const bytes of file.searched()) {
    if (bytes.includes(pinned)) return true;
    if (!bytes.includes('/ObjStm')) continue;
    if (bytes.includes('/Encrypt')) return true;
    for (const objects of packedObjects(bytes)) if (objects.includes(pinned)) return true;
  }
  return false;
}
