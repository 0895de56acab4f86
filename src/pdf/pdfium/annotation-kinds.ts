/** Kinds of annotations by PDFium's numbers, with the names that PDF has for them. */
export const annotationKinds = [
  'Unknown',
  'Text',
  'Link',
  'FreeText',
  'Line',
  'Square',
  'Circle',
  'Polygon',
  'PolyLine',
  'Highlight',
  'Underline',
  'Squiggly',
  'StrikeOut',
  'Stamp',
  'Caret',
  'Ink',
  'Popup',
  'FileAttachment',
  'Sound',
  'Movie',
  'Widget',
  'Screen',
  'PrinterMark',
  'TrapNet',
  'Watermark',
  '3D',
  'RichMedia',
  'Widget',
  'Redact',
] as const;

export type AnnotationKind = (typeof annotationKinds)[number];

/**
 * Kinds whose appearance is part of what a reader sees: text of the page like any other, or something that covers text.
 */
export const partsOfPage: ReadonlySet<AnnotationKind> = new Set([
  'FreeText',
  'Stamp',
  'Widget',
  'Watermark',
  'Square',
  'Redact',
]);
