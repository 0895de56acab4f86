import { AnnotationMode, type PDFDocumentProxy, type PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { cleanText } from '../content/clean-text.ts';
import { drawsLetters } from '../content/drawn-letters.ts';
import { readFont } from '../content/font-names.ts';
import { partHidden } from '../content/hidden-text.ts';
import { readUrl } from '../content/links.ts';
import { mostlyPicture } from '../content/page-look.ts';
import type { Box } from '../model/box.ts';
import type { HiddenPiece } from '../model/hidden-text.ts';
import type { PlacedLink } from '../model/link.ts';
import { noDoubts, type ReadPage, type Turn } from '../model/read-page.ts';
import { destinationResolver } from './outline.ts';
import { readAnnotations, readFilledIn, readFormFields, toBox, type Viewport } from './pdfjs-annotations.ts';
import { type Paint, readDrawing } from './pdfjs-operators.ts';

type TextContent = Awaited<ReturnType<PDFPageProxy['getTextContent']>>;
type TextItem = Extract<TextContent['items'][number], { str: string }>;

/** Creates a reader of whole pages with pdfjs. */
export function pdfjsPageReader(
  document: PDFDocumentProxy,
  labels: string[] | null,
): (number: number) => Promise<ReadPage> {
  const pageOf = destinationResolver(document);
  return async (number) => {
    const page = await document.getPage(number);
    const viewport = page.getViewport({ scale: 1 });
    // Fonts have names only after the drawing was read. Annotations are read separately; here they would have other
    // positions.
    const operators = await page.getOperatorList({ annotationMode: AnnotationMode.DISABLE });
    // Normalization would split ligatures before right-to-left text is reversed, and so spell them backwards.
    const content = await page.getTextContent({ disableNormalization: true });
    // Text that runs across the display is read with the page turned so that it is upright.
    const turn = turnOf(content, viewport);
    const reading = page.getViewport({ scale: 1, rotation: (page.rotate + turn) % 360 });
    const drawing = readDrawing(operators, reading.transform.map(Number));
    const found = readPieces(page, content, reading, drawing.paints);
    const backdrop = { width: reading.width, height: reading.height, ...drawing };
    // A damaged annotation must not cost the page its text.
    const notes: Record<string, unknown>[] = await page.getAnnotations().catch(() => []);
    const beyond = beyondPage(drawing.paints, found, reading);
    const { visible, hidden } = partHidden([...found, ...readFilledIn(notes, reading), ...beyond], backdrop);
    const links = await readLinks(notes, reading, pageOf);
    page.cleanup();
    return {
      number,
      label: cleanText(labels?.[number - 1] ?? '') || null,
      width: reading.width,
      height: reading.height,
      shown: { width: viewport.width, height: viewport.height },
      turn,
      rotation: page.rotate,
      pieces: visible.filter((piece) => !piece.turned),
      turned: visible.filter((piece) => piece.turned),
      hidden,
      rules: drawing.rules,
      shapes: drawing.shapes,
      tables: [],
      pictures: [],
      images: drawing.images,
      doubts: noDoubts,
      look: isPicture(drawing.images, viewport) ? 'SCANNED' : drawsLetters(drawing.shapes) ? 'DRAWN' : null,
      ocr: null,
      engine: 'PDFJS',
      fallback: null,
      links,
      annotations: readAnnotations(notes, reading),
      formFields: readFormFields(notes, reading),
    };
  };
}

function isPicture(images: Box[], { width, height }: Viewport): boolean {
  return images.some((image) => image.width * image.height > mostlyPicture * width * height);
}

/** Returns the clockwise turn of the displayed page that makes most of the text upright. */
function turnOf(content: TextContent, viewport: Viewport): Turn {
  const characters = [0, 0, 0, 0];
  for (const item of content.items) {
    const quarter = 'str' in item ? quarterTurns(item, viewport) : 0;
    characters[quarter] = (characters[quarter] ?? 0) + ('str' in item ? item.str.length : 0);
  }
  const turns: Turn[] = [0, 270, 180, 90];
  return turns[characters.indexOf(Math.max(...characters))] ?? 0;
}

function quarterTurns({ transform }: TextItem, viewport: Viewport): number {
  const [a = 1, b = 0] = transform.map(Number);
  const [va = 1, vb = 0, vc = 0, vd = 1] = viewport.transform.map(Number);
  const angle = Math.atan2(vb * a + vd * b, va * a + vc * b);
  return (Math.round(angle / (Math.PI / 2)) + 4) % 4;
}

/** Returns the page's text as pieces in the coordinates of the viewport. */
function readPieces(
  page: PDFPageProxy,
  content: TextContent,
  viewport: Viewport,
  paints: Paint[],
): HiddenPiece['piece'][] {
  const paintOf = paintFinder(paints);
  const pieces: HiddenPiece['piece'][] = [];
  for (const [index, item] of content.items.entries()) {
    if (!('str' in item) || item.str.trim() === '') {
      continue;
    }
    const [, , c = 0, d = 0, e = 0, f = 0] = item.transform.map(Number);
    const [x = 0, baseline = 0] = viewport.convertToViewportPoint(e, f).map(Number);
    const height = Math.hypot(c, d) || item.height || 1;
    const isVertical = content.styles[item.fontName]?.vertical === true;
    const letters = plainLetters(item.str);
    const { paint, softHyphen } = paintOf(letters);
    // pdfjs omits soft hyphens. One at the end of a line shows that a word is broken there.
    const text = softHyphen && endsLine(content.items, index) ? `${letters}\u00ad` : letters;
    const font = fontName(page, item.fontName);
    pieces.push({
      text,
      x,
      // Four fifths above the baseline, one below: accurate enough for any font to separate rows.
      y: baseline - 0.8 * height,
      width: item.width,
      height,
      size: Math.round(height * 10) / 10,
      ...readFont(font, 400),
      turned: isVertical || quarterTurns(item, viewport) !== 0,
      colour: paint?.colour ?? null,
      invisible: paint?.invisible ?? false,
      font: font || null,
    });
  }
  return pieces;
}

/**
 * Spaces of other widths, ligatures, and positional forms of letters. Excludes forms of marks that normalization would
 * combine with a space.
 */
const shaped = /[\u00a0\u2000-\u200a\u202f\ufb00-\ufc5d\ufc64-\ufdff\ufe71\ufe77\ufe79\ufe7b\ufe7d\ufe7f-\ufefc]+/g;

/** Returns a text in the form in which people type and search it. */
function plainLetters(text: string): string {
  return text.replace(shaped, (found) => found.normalize('NFKC'));
}

/** Returns text outside the page, which pdfjs omits. It is found by where it is painted. */
function beyondPage(
  paints: Paint[],
  found: HiddenPiece['piece'][],
  { width, height }: Viewport,
): HiddenPiece['piece'][] {
  const outside = paints.filter(({ x, y }) => x < 0 || x > width || y < 0 || y > height);
  const inside =
    outside.length === 0 ? '' : found.map(({ text }) => text.normalize('NFKC').replace(/\s+/g, '')).join('\n');
  return outside
    .slice(0, maxOutside)
    .filter(({ text }) => !inside.includes(text))
    .map(({ text, colour, invisible, x, y }) => ({
      ...{ text, colour, invisible, font: null, turned: false, bold: false, fixedWidth: false, size: 0 },
      // It starts outside the page, so it counts as outside, whatever its length.
      ...{ x: x < 0 ? -1 : x, y: y < 0 ? -1 : y, width: 0, height: 0 },
    }));
}

const maxOutside = 1_000;

function fontName(page: PDFPageProxy, id: string): string {
  const font: unknown = page.commonObjs.has(id) ? page.commonObjs.get(id) : null;
  return typeof font === 'object' && font !== null && 'name' in font ? String(font.name) : '';
}

/** Maximum distance ahead to search for a text that is not the next one painted, in characters. */
const lookAhead = 500;

/** Whether an item is the last one of its line. An empty item after it may mark the end. */
function endsLine(items: TextContent['items'], index: number): boolean {
  const [item, next] = [items[index], items[index + 1]];
  const ends = (one: typeof item) => one !== undefined && 'str' in one && one.hasEOL;
  return next === undefined || ends(item) || (ends(next) && 'str' in next && next.str === '');
}

/**
 * Creates a function that finds how a text is painted, and whether a soft hyphen follows it. Both lists are in page
 * order, but one of them omits some texts and reverses others.
 */
function paintFinder(paints: Paint[]): (text: string) => { paint: Paint | null; softHyphen: boolean } {
  const softHyphens = new Set<number>();
  const ends: number[] = [];
  let all = '';
  for (const { text } of paints) {
    for (const [part, letters] of text.split('\u00ad').entries()) {
      if (part > 0) softHyphens.add(all.length);
      all += letters;
    }
    ends.push(all.length);
  }
  let [at, index] = [0, 0];
  return (text) => {
    const wanted = text.normalize('NFKC').replace(/\s+/g, '');
    const ahead = all.slice(at, at + wanted.length + lookAhead).indexOf(wanted);
    if (ahead < 0) return { paint: null, softHyphen: false };
    at += ahead;
    while (index < ends.length - 1 && (ends[index] ?? 0) <= at) index += 1;
    at += wanted.length;
    return { paint: paints[index] ?? null, softHyphen: softHyphens.has(at) };
  };
}

async function readLinks(
  annotations: Record<string, unknown>[],
  viewport: Viewport,
  pageOf: (destination: unknown) => Promise<number | null>,
): Promise<PlacedLink[]> {
  const links: PlacedLink[] = [];
  for (const annotation of annotations) {
    if (annotation.subtype !== 'Link') {
      continue;
    }
    const url = readUrl(annotation.url ?? annotation.unsafeUrl);
    const pageNumber = url === null ? await pageOf(annotation.dest) : null;
    if (url !== null || pageNumber !== null) {
      const box = toBox(annotation.rect, viewport);
      links.push({ boxes: box === null ? [] : [box], url, pageNumber });
    }
  }
  return links;
}
