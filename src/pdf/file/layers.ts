import { type Catalog, packedObjects } from './catalog.ts';
import type { FileBytes } from './file-bytes.ts';

/** A list of layers that are off, or a rule that turns layers off. */
const off = /\/OFF\s*\[\s*\d|\/(?:BaseState|ViewState)\s*\/OFF/;

/** Whether viewers hide some layers of a document by default, according to its bytes. True if unknown. */
export function hidesLayers(file: FileBytes, catalog: Catalog | null): boolean {
  if (catalog === null || !catalog.text.includes('/OCProperties')) return false;
  for (const bytes of file.searched()) {
    // Latin-1 is the cheapest way to match bytes with a pattern. Few documents have layers.
    if (off.test(bytes.toString('latin1')) || bytes.includes('/Encrypt')) return true;
    for (const objects of packedObjects(bytes)) if (off.test(objects.toString('latin1'))) return true;
  }
  return false;
}
