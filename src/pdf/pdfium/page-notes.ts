import type { Box } from '../model/box.ts';
import type { Annotation, FormField } from '../model/document.ts';
import type { PlacedLink } from '../model/link.ts';
import type { Bounds, Viewport } from './viewport.ts';

/** What is laid over a page, in the coordinates of the page. */
export interface PageNotes {
  annotations: (Omit<Annotation, keyof Box> & { bounds: Bounds })[];
  fields: (Omit<FormField, keyof Box> & { bounds: Bounds })[];
  /** Texts of fields that PDFium cannot write. */
  written: { text: string; bounds: Bounds }[];
  /** Texts of comb fields, which have a place for each letter. */
  combs: { text: string; bounds: Bounds }[];
  links: { bounds: Bounds[]; url: string | null; pageNumber: number | null }[];
  /** Some of it has an appearance that is part of the page. */
  hasAppearances: boolean;
}

/** What is laid over a page, at its places on the page as it is read. */
export function placeNotes(notes: PageNotes, viewport: Viewport) {
  return {
    links: notes.links.map(
      ({ bounds, ...link }): PlacedLink => ({ ...link, boxes: bounds.map((each) => viewport.toBox(each)) }),
    ),
    annotations: notes.annotations.map(({ bounds, ...note }): Annotation => ({ ...note, ...viewport.toBox(bounds) })),
    formFields: notes.fields.map(({ bounds, ...field }): FormField => ({ ...field, ...viewport.toBox(bounds) })),
  };
}
