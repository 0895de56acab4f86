import { notAnnotations } from '../content/annotation-kinds.ts';
import { cleanFact } from '../content/clean-text.ts';
import { readUrl } from '../content/links.ts';
import { readDate } from '../content/pdf-date.ts';
import { type AnnotationKind, annotationKinds, partsOfPage } from './annotation-kinds.ts';
import { completeField, readField } from './form-fields.ts';
import { pageOf } from './outline.ts';
import type { PageNotes } from './page-notes.ts';
import type { PdfiumDocument } from './pdfium-document.ts';
import type { Bounds } from './viewport.ts';

/** Annotations of a page that are read, at most: hostile pages have millions. */
const maxAnnotations = 10_000;

/** Bits of flags: not shown at all, or not on screens. */
const hiddenFlags = 0x02 | 0x20;

/** The appearance that is shown while nobody clicks on it. */
const normal = 0;

const actions = { goTo: 1, uri: 3 };

/** Reads annotations, links and form fields, and gives fields without an appearance one, as a reader does. */
export function readNotes(document: PdfiumDocument, page: number): PageNotes {
  const { api } = document.pdfium;
  const notes: PageNotes = { annotations: [], fields: [], written: [], combs: [], links: [], hasAppearances: false };
  const count = Math.min(maxAnnotations, api.FPDFPage_GetAnnotCount(page));
  for (let index = 0; index < count; index += 1) {
    const annotation = api.FPDFPage_GetAnnot(page, index);
    if (annotation === 0) continue;
    readNote(document, annotation, notes);
    api.FPDFPage_CloseAnnot(annotation);
  }
  return notes;
}

function readNote(document: PdfiumDocument, annotation: number, notes: PageNotes): void {
  const { api } = document.pdfium;
  const kind = annotationKinds[api.FPDFAnnot_GetSubtype(annotation)] ?? 'Unknown';
  const bounds = boundsOf(document, annotation);
  if (kind === 'Link') {
    const link = readLink(document, annotation, bounds);
    if (link !== null) notes.links.push(link);
  } else if (kind === 'Widget') {
    const found = readField(document, annotation);
    if (found === null) return;
    notes.fields.push({ ...found.field, bounds });
    if (found.isComb && found.shown !== null) notes.combs.push({ text: found.shown, bounds });
    const missing = completeField(document, annotation, found);
    if (missing !== null && !isHidden(document, annotation)) notes.written.push({ text: missing, bounds });
  } else if (!notAnnotations.includes(kind.toLowerCase())) {
    notes.annotations.push({ ...readAnnotation(document, annotation, kind), bounds });
    // Readers show text typed over the page even if the document has no appearance for it.
    if (kind === 'FreeText' && !hasAppearance(document, annotation)) api.EPDFAnnot_GenerateAppearance(annotation);
  }
  notes.hasAppearances ||= isShown(document, annotation, kind);
}

function isShown(document: PdfiumDocument, annotation: number, kind: AnnotationKind): boolean {
  return partsOfPage.has(kind) && !isHidden(document, annotation) && hasAppearance(document, annotation);
}

function isHidden({ pdfium }: PdfiumDocument, annotation: number): boolean {
  return (pdfium.api.FPDFAnnot_GetFlags(annotation) & hiddenFlags) !== 0;
}

function hasAppearance({ pdfium }: PdfiumDocument, annotation: number): boolean {
  return pdfium.api.EPDFAnnot_HasAppearanceStream(annotation, normal) === 1;
}

function readAnnotation({ pdfium }: PdfiumDocument, annotation: number, kind: AnnotationKind) {
  const { api } = pdfium;
  const value = (key: string) =>
    cleanFact(
      pdfium.utf16((buffer, bytes) => api.FPDFAnnot_GetStringValue(annotation, pdfium.key(key), buffer, bytes)),
    );
  return {
    kind,
    text: value('Contents'),
    author: value('T'),
    createdAt: readDate(value('CreationDate')),
    modifiedAt: readDate(value('M')),
  };
}

function boundsOf({ pdfium }: PdfiumDocument, annotation: number): Bounds {
  const { api, numbers } = pdfium;
  if (api.FPDFAnnot_GetRect(annotation, numbers) === 0) return { left: 0, bottom: 0, right: 0, top: 0 };
  return spanning([pdfium.float(0), pdfium.float(2)], [pdfium.float(1), pdfium.float(3)]);
}

function spanning(xs: number[], ys: number[]): Bounds {
  return { left: Math.min(...xs), right: Math.max(...xs), bottom: Math.min(...ys), top: Math.max(...ys) };
}

function readLink(document: PdfiumDocument, annotation: number, bounds: Bounds): PageNotes['links'][number] | null {
  const { pdfium, handle } = document;
  const { api } = pdfium;
  const link = api.FPDFAnnot_GetLink(annotation);
  const action = link === 0 ? 0 : api.FPDFLink_GetAction(link);
  const kind = action === 0 ? 0 : api.FPDFAction_GetType(action);
  const address =
    kind === actions.uri
      ? pdfium.utf8((buffer, bytes) => api.FPDFAction_GetURIPath(handle, action, buffer, bytes))
      : null;
  const url = readUrl(address);
  const destination =
    kind === actions.goTo
      ? api.FPDFAction_GetDest(handle, action)
      : link === 0
        ? 0
        : api.FPDFLink_GetDest(handle, link);
  const pageNumber = url === null ? pageOf(document, destination) : null;
  return url === null && pageNumber === null
    ? null
    : { bounds: areasOf(document, annotation, bounds), url, pageNumber };
}

/** Where a link can be clicked: in several places where its text goes over several lines. */
function areasOf({ pdfium }: PdfiumDocument, annotation: number, bounds: Bounds): Bounds[] {
  const { api, numbers } = pdfium;
  const areas: Bounds[] = [];
  const count = Math.min(maxAnnotations, api.FPDFAnnot_CountAttachmentPoints(annotation));
  for (let index = 0; index < count; index += 1) {
    if (api.FPDFAnnot_GetAttachmentPoints(annotation, index, numbers) === 0) continue;
    const at = (each: number) => pdfium.float(each);
    areas.push(spanning([at(0), at(2), at(4), at(6)], [at(1), at(3), at(5), at(7)]));
  }
  return areas.length === 0 ? [bounds] : areas;
}
