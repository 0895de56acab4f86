import { type Catalog, packedObjects } from './catalog.ts';
import type { FileBytes } from './file-bytes.ts';

/** A list of layers that are off, or a rule that turns them off. */
const off = /\/OFF\s*\[\s*\d|\/(?:BaseState|ViewState)\s*\/OFF/;

/** Tells by the bytes of a document whether viewers hide some of its layers by default. True if it cannot be told. */
export function hidesLayers(file: FileBytes, catalog: Catalog | null): boolean {
  if (catalog === null || !catalog.text.includes('/OCProperties')) return false;
  for (const bytes of file.searched()) {
    // Latin-1 is the cheapest way to search bytes by a pattern; few documents have layers at all.
    if (off.test(bytes.toString('latin1')) || bytes.includes('/Encrypt')) return true;
    for (const objects of packedObjects(bytes)) if (off.test(objects.toString('latin1'))) return true;
  }
  return false;
}
