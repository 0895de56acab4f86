import type { Permissions } from '../model/document.ts';

/** The bits of the standard security handler, counted from 1. */
const bits = { print: 3, modify: 4, copy: 5, annotate: 6, fillForms: 9, assemble: 11, printHighQuality: 12 };

/** Reads the permissions from the flags of a document. */
export function readPermissions(allowed: (bit: number) => boolean): Permissions {
  const { print, modify, copy, annotate, fillForms, assemble, printHighQuality } = bits;
  return {
    print: allowed(print),
    printHighQuality: allowed(print) && allowed(printHighQuality),
    modify: allowed(modify),
    copy: allowed(copy),
    annotate: allowed(annotate),
    // The permission to annotate includes filling in forms, and the one to modify includes assembling, regardless of
    // their own flags.
    fillForms: allowed(annotate) || allowed(fillForms),
    assemble: allowed(modify) || allowed(assemble),
  };
}
