import { fileStreams } from './file-streams.ts';

const longestObjects = 4 * 1024 ** 2;
const pinned = '/FileAttachment';
const rotate = '/Rotate';

/** What the dictionaries of a file hint at: what pdfjs then has to be asked of each page, which takes long in a long document. */
export interface ObjectHints {
  /** Files may be pinned to pages, as annotations. */
  pinnedFiles: boolean;
  /** Some page may be shown turned. */
  rotations: boolean;
}

/** Asked of the bytes. Where objects cannot be looked into, as they are encrypted or too long, they may hold anything. */
export function readObjectHints(file: Uint8Array): ObjectHints {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  const isEncrypted = bytes.includes('/Encrypt');
  const hints = { pinnedFiles: isEncrypted || bytes.includes(pinned), rotations: isEncrypted || setsRotation(bytes) };
  for (const objects of fileStreams(bytes, (dictionary) => dictionary.includes('/ObjStm'), longestObjects)) {
    if (hints.pinnedFiles && hints.rotations) break;
    hints.pinnedFiles ||= objects.length === 0 || objects.includes(pinned);
    hints.rotations ||= objects.length === 0 || setsRotation(objects);
  }
  return hints;
}

const zero = 0x30;
const white = [0, 0x09, 0x0a, 0x0c, 0x0d, 0x20];

/** By anything but 0, as in "/Rotate 90": many producers say 0 of each page. */
function setsRotation(objects: Buffer): boolean {
  for (let at = objects.indexOf(rotate); at >= 0; at = objects.indexOf(rotate, at)) {
    at += rotate.length;
    while (white.includes(objects[at] ?? -1)) at += 1;
    // What goes on behind the 0 is another number, or a reference to one.
    const next = objects.toString('latin1', at + 1, at + 12);
    if (objects[at] !== zero || !/^[\s\0]*(?:[/>]|$)/.test(next)) return true;
  }
  return false;
}
