import { packedObjects } from './catalog.ts';
import type { FileBytes } from './file-bytes.ts';

const flag = /\/NeedAppearances\s+true/;

/**
 * Whether the form of a document requests that readers regenerate the appearances of its fields, according to its
 * bytes.
 */
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
