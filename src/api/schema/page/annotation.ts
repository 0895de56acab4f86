import type { Annotation as AnnotationShape } from '../../../pdf/model/document.ts';
import { annotationKind } from '../../../results/annotation-kinds.ts';
import { builder } from '../builder.ts';
import { listConnection } from '../stored-list.ts';
import { Box } from './box.ts';

const AnnotationKind = builder.enumType('AnnotationKind', {
  description: 'The kinds of annotations that PDF defines, without links, form fields and popups.',
  values: {
    TEXT: { description: 'A note, shown as an icon.' },
    FREE_TEXT: { description: 'Text written directly on the page.' },
    LINE: { description: 'A straight line.' },
    SQUARE: { description: 'A rectangle.' },
    CIRCLE: { description: 'An ellipse.' },
    POLYGON: { description: 'A closed shape of straight lines.' },
    POLYLINE: { description: 'An open chain of straight lines.' },
    HIGHLIGHT: { description: 'Highlighted text.' },
    UNDERLINE: { description: 'Underlined text.' },
    SQUIGGLY: { description: 'Text underlined with a jagged line.' },
    STRIKEOUT: { description: 'Text that is struck out.' },
    CARET: { description: 'A mark where text is to be inserted.' },
    STAMP: { description: 'A rubber stamp, such as "Approved".' },
    INK: { description: 'A freehand drawing.' },
    REDACT: { description: 'A region that is marked for redaction.' },
    FILE_ATTACHMENT: { description: 'An attached file, see `JobResult.attachments`.' },
    SOUND: { description: 'A sound recording.' },
    MOVIE: { description: 'A film.' },
    SCREEN: { description: 'A region in which media are played.' },
    RICH_MEDIA: { description: 'Embedded media, such as video.' },
    THREE_D: { description: 'A three-dimensional model.' },
    PROJECTION: { description: 'A projection of a three-dimensional model.' },
    PRINTER_MARK: { description: 'A mark for the printer, such as a crop mark.' },
    TRAP_NET: { description: 'Colour trapping for a printing press.' },
    WATERMARK: { description: 'A graphic at a fixed place of the printed page.' },
    OTHER: { description: 'A kind that PDF does not define.' },
  } as const,
});

export const Annotation = builder.objectRef<AnnotationShape>('Annotation').implement({
  description: 'A mark that a reader added to a page, such as a comment, a highlight or a stamp.',
  fields: (t) => ({
    kind: t.field({
      type: AnnotationKind,
      description: 'The kind of annotation.',
      resolve: ({ kind }) => annotationKind(kind),
    }),
    text: t.exposeString('text', { nullable: true, description: 'The text of the annotation.' }),
    author: t.exposeString('author', {
      nullable: true,
      description: "The annotation's author, as recorded in the PDF.",
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the annotation was created, as recorded in the PDF.',
    }),
    modifiedAt: t.expose('modifiedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the annotation was last changed, as recorded in the PDF.',
    }),
    box: t.field({ type: Box, description: 'The area of the annotation.', resolve: (annotation) => annotation }),
  }),
});

export const AnnotationConnection = listConnection(Annotation, 'Annotation', 'annotations of a page');
