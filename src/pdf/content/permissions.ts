import type { Permissions } from '../model/document.ts';

/** The bits of the standard security handler, counted from 1. */
const bits = { print: 3, modify: 4, copy: 5, annotate: 6, fillForms: 9, assemble: 11, printHighQuality: 12 };

/** Permissions from the flags that a document carries. */
export function readPermissions(allowed: (bit: number) => boolean): Permissions {
  const { print, modify, copy, annotate, fillForms, assemble, printHighQuality } = bits;
  return {
    print: allowed(print),
    printHighQuality: allowed(print) && allowed(printHighQuality),
    modify: allowed(modify),
    copy: allowed(copy),
    annotate: allowed(annotate),
    // Whoever may annotate may fill forms, and whoever may modify may assemble, whatever their own flags say.
    fillForms: allowed(annotate) || allowed(fillForms),
    assemble: allowed(modify) || allowed(assemble),
  };
}
