import { drawsLetters } from '../content/drawn-letters.ts';
import { mostlyPicture } from '../content/page-look.ts';
import { plainText } from '../content/plain-text.ts';
import type { Box } from '../model/box.ts';
import type { Rules, Shape } from '../model/drawing.ts';
import type { HiddenReason } from '../model/hidden-text.ts';
import type { PaintedPiece } from '../model/piece.ts';
import type { ReadPage, Turn } from '../model/read-page.ts';
import { UnreadablePageError } from '../model/unreadable-page.ts';
import { readNotes } from './annotations.ts';
import { readDoubts } from './doubts.ts';
import { joinCombs, placeWritten, withoutSpaces } from './field-texts.ts';
import { type Glyph, readGlyphs } from './glyphs.ts';
import { lookAt } from './look.ts';
import { isEmpty } from './matrix.ts';
import { type PageNotes, placeNotes } from './page-notes.ts';
import { type PageObjects, readObjects } from './page-objects.ts';
import type { PdfiumDocument } from './pdfium-document.ts';
import { hasStandIns } from './stand-ins.ts';
import { type TextRun, toRuns } from './text-runs.ts';
import { type Bounds, type Quarter, sizeOf, Viewport } from './viewport.ts';
import { partVisible } from './visibility.ts';
import { boundsOfRun, toBounds } from './words.ts';

/** Reads one page. Throws `UnreadablePageError` if PDFium cannot load it. */
export function readPage(document: PdfiumDocument, number: number): ReadPage {
  const { pdfium, handle } = document;
  const { api } = pdfium;
  const { page, notes } = loadPage(document, number);
  const text = api.FPDFText_LoadPage(page);
  try {
    const bounds = boundsOf(document, page);
    const read = readGlyphs(pdfium, text, document.fonts);
    const { glyphs } = read;
    const quarter = directionOf(glyphs);
    const viewport = new Viewport(bounds, quarter);
    const objects = readObjects(pdfium, page);
    const rotation = rotationOf(api.FPDFPage_GetRotation(page));
    const { visible, hidden } = partVisible(
      toRuns(glyphs),
      objects,
      bounds,
      document.hidesLayers,
      (suspects, repeated) => lookAt(pdfium, page, bounds, rotation, suspects, repeated),
    );
    const painted = visible.map((run) => toPiece(run, viewport, quarter));
    const pieces = [...joinCombs(painted, notes, viewport), ...placeWritten(notes, viewport)];
    const doubts = readDoubts(read);
    doubts.beyondPlane ||= read.hasIdeographs && hasStandIns(pdfium, handle, page, glyphs);
    const images = objects.images.map((image) => viewport.toBox(image.bounds));
    const shapes = objects.fills.map(
      (fill): Shape => ({ ...viewport.toBox(fill.bounds), colour: fill.colour, curved: fill.curved }),
    );
    const shown = sizeOf(bounds, rotation % 2 === 0 ? 0 : 1);
    return {
      number,
      label: pdfium.utf16((buffer, bytes) => api.FPDF_GetPageLabel(handle, number - 1, buffer, bytes)) || null,
      width: viewport.width,
      height: viewport.height,
      shown,
      turn: turnOf(quarter, rotation),
      rotation: rotation * 90,
      pieces: pieces.filter(({ turned }) => !turned),
      turned: pieces.filter(({ turned }) => turned),
      hidden: hidden
        .filter(({ reason, run }) => !isOverflow(reason, run, notes))
        .map(({ reason, run }) => ({ reason, piece: toPiece(run, viewport, quarter) })),
      rules: toRules(objects, viewport),
      shapes,
      tables: [],
      pictures: [],
      images,
      doubts,
      look: lookOf(images, shapes, viewport),
      ocr: null,
      engine: 'PDFIUM',
      fallback: null,
      ...placeNotes(notes, viewport),
    };
  } finally {
    if (pdfium.alive) {
      if (text !== 0) api.FPDFText_ClosePage(text);
      api.FPDF_ClosePage(page);
    }
  }
}

const displayOnScreen = 0;

/** Loads a page, its notes, and what those show as a part of the page. */
function loadPage(document: PdfiumDocument, number: number): { page: number; notes: PageNotes } {
  const { api } = document.pdfium;
  const load = () => {
    const page = api.FPDF_LoadPage(document.handle, number - 1);
    if (page === 0) throw new UnreadablePageError(number, 'DAMAGED');
    return page;
  };
  const page = load();
  const known = document.merged.get(number);
  const notes = known ?? readNotes(document, page);
  if (known !== undefined || !notes.hasAppearances) return { page, notes };
  document.merged.set(number, notes);
  api.FPDFPage_Flatten(page, displayOnScreen);
  api.FPDF_ClosePage(page);
  return { page: load(), notes };
}

function rotationOf(quarters: number): Quarter {
  const all: Quarter[] = [0, 1, 2, 3];
  return all[((quarters % 4) + 4) % 4] ?? 0;
}

function boundsOf({ pdfium }: PdfiumDocument, page: number): Bounds {
  const { api, numbers } = pdfium;
  api.FPDF_GetPageBoundingBox(page, numbers);
  const [left, top, right, bottom] = [pdfium.float(0), pdfium.float(1), pdfium.float(2), pdfium.float(3)];
  const bounds = { left, top, right, bottom };
  // A crop box beside the page is none.
  if (!isEmpty(bounds) || api.FPDFPage_GetMediaBox(page, numbers, numbers + 4, numbers + 8, numbers + 12) === 0)
    return bounds;
  return { left: pdfium.float(0), bottom: pdfium.float(1), right: pdfium.float(2), top: pdfium.float(3) };
}

/** The direction that most of the text runs in. */
function directionOf(glyphs: Glyph[]): Quarter {
  const counts = [0, 0, 0, 0];
  for (const { object } of glyphs) counts[object.quarter] = (counts[object.quarter] ?? 0) + 1;
  const quarters: Quarter[] = [0, 1, 2, 3];
  return quarters[counts.indexOf(Math.max(...counts))] ?? 0;
}

/** How the displayed page is turned, clockwise, to make text upright that runs in that direction. */
function turnOf(quarter: Quarter, rotation: Quarter): Turn {
  const turns: Turn[] = [0, 90, 180, 270];
  return turns[(quarter - rotation + 4) % 4] ?? 0;
}

/** Height of a piece above its baseline, in sizes of its type: near enough for any font to tell rows apart. */
const ascent = 0.8;

function toPiece(run: TextRun, viewport: Viewport, quarter: Quarter): PaintedPiece {
  const { object, from, to, baseline } = run;
  const { font, size, colour, invisible } = object;
  return {
    text: plainText(run.text),
    ...viewport.toBox(
      object.skewed
        ? boundsOfRun(run)
        : toBounds(object.quarter, from, to, baseline - (1 - ascent) * size, baseline + ascent * size),
    ),
    size,
    bold: font.bold,
    fixedWidth: font.fixedWidth,
    turned: object.skewed || object.quarter !== quarter,
    colour,
    invisible,
    font: font.name || null,
  };
}

/**
 * Reports whether a text is what does not fit into a form field: readers scroll to it, and it is in the value of the
 * field.
 */
function isOverflow(reason: HiddenReason, { text }: TextRun, { fields }: PageNotes): boolean {
  if (reason !== 'CLIPPED' && reason !== 'OFF_PAGE') return false;
  const wanted = withoutSpaces(text);
  return fields.some(({ value }) => value !== null && withoutSpaces(value).includes(wanted));
}

function toRules(objects: PageObjects, viewport: Viewport): Rules {
  const rules: Rules = { horizontal: [], vertical: [] };
  for (const { from, to } of objects.segments) {
    const { x, y, width, height } = viewport.toBox({
      left: Math.min(from[0], to[0]),
      right: Math.max(from[0], to[0]),
      bottom: Math.min(from[1], to[1]),
      top: Math.max(from[1], to[1]),
    });
    if (height < 1) rules.horizontal.push({ at: y, from: x, to: x + width });
    else rules.vertical.push({ at: x, from: y, to: y + height });
  }
  return rules;
}

function lookOf(images: Box[], shapes: Shape[], { width, height }: Viewport): ReadPage['look'] {
  if (images.some((image) => image.width * image.height > mostlyPicture * width * height)) return 'SCANNED';
  return drawsLetters(shapes) ? 'DRAWN' : null;
}
