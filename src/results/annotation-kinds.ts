/** Kinds of annotations by their lowercase PDF names. Links, form fields and popups are not included. */
const kinds = {
  text: 'TEXT',
  freetext: 'FREE_TEXT',
  line: 'LINE',
  square: 'SQUARE',
  circle: 'CIRCLE',
  polygon: 'POLYGON',
  polyline: 'POLYLINE',
  highlight: 'HIGHLIGHT',
  underline: 'UNDERLINE',
  squiggly: 'SQUIGGLY',
  strikeout: 'STRIKEOUT',
  caret: 'CARET',
  stamp: 'STAMP',
  ink: 'INK',
  redact: 'REDACT',
  fileattachment: 'FILE_ATTACHMENT',
  sound: 'SOUND',
  movie: 'MOVIE',
  screen: 'SCREEN',
  richmedia: 'RICH_MEDIA',
  '3d': 'THREE_D',
  projection: 'PROJECTION',
  printermark: 'PRINTER_MARK',
  trapnet: 'TRAP_NET',
  watermark: 'WATERMARK',
} as const;

export type AnnotationKind = (typeof kinds)[keyof typeof kinds] | 'OTHER';

const byName = new Map<string, AnnotationKind>(Object.entries(kinds));

/** Converts a PDF name to a kind; OTHER for names that PDF does not define. */
export function annotationKind(name: string): AnnotationKind {
  return byName.get(name.toLowerCase()) ?? 'OTHER';
}
