import { packedObjects } from './catalog.ts';
import type { FileBytes } from './file-bytes.ts';

const flag = /\/NeedAppearances\s+true/;

/** Tells by the bytes of a document whether its form asks readers to make the appearances of its fields anew. */
export function needsAppearances(file: FileBytes): boolean {
  for (const bytes of file.searched()) {
    if (flagIn(bytes)) return true;
    for (const objects of packedObjects(bytes)) if (flagIn(objects)) return true;
  }
  return false;
}

function flagIn(bytes: Buffer): boolean {
  const at = bytes.lastIndexOf('/NeedAppearances');
  return at >= 0 && flag.test(bytes.toString('latin1', at, at + 64));
}
