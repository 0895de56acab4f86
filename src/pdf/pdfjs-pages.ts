import type { PDFDocumentProxy, PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { cleanText } from './clean-text.ts';
import { type Box, type Piece, readFont } from './layout/piece.ts';
import { type PlacedLink, readUrl } from './links.ts';
import { destinationResolver } from './outline.ts';
import type { ReadPage } from './read-page.ts';

type Viewport = ReturnType<PDFPageProxy['getViewport']>;
type TextContent = Awaited<ReturnType<PDFPageProxy['getTextContent']>>;
type TextItem = Extract<TextContent['items'][number], { str: string }>;

/** Makes a reader of whole pages by pdfjs. */
export function pdfjsPageReader(
  document: PDFDocumentProxy,
  labels: string[] | null,
): (number: number) => Promise<ReadPage> {
  const pageOf = destinationResolver(document);
  return async (number) => {
    const page = await document.getPage(number);
    const viewport = page.getViewport({ scale: 1 });
    const content = await page.getTextContent();
    // Text that runs across the display is read with the page turned by so much that it runs upright.
    const reading = page.getViewport({ scale: 1, rotation: (page.rotate + 360 - turnOf(content, viewport)) % 360 });
    const { upright, turned } = readPieces(content, reading);
    const links = await readLinks(page, reading, pageOf);
    page.cleanup();
    return {
      number,
      label: cleanText(labels?.[number - 1] ?? '') || null,
      width: reading.width,
      height: reading.height,
      shown: { width: viewport.width, height: viewport.height },
      rotation: page.rotate,
      pieces: upright,
      turned,
      rules: { horizontal: [], vertical: [] },
      tables: [],
      links,
    };
  };
}

/** By how many degrees most of the text is turned on the display, clockwise, to a quarter turn. */
function turnOf(content: TextContent, viewport: Viewport): number {
  const characters = [0, 0, 0, 0];
  for (const item of content.items) {
    const quarter = 'str' in item ? quarterTurns(item, viewport) : 0;
    characters[quarter] = (characters[quarter] ?? 0) + ('str' in item ? item.str.length : 0);
  }
  return characters.indexOf(Math.max(...characters)) * 90;
}

function quarterTurns({ transform }: TextItem, viewport: Viewport): number {
  const [a = 1, b = 0] = transform.map(Number);
  const [va = 1, vb = 0, vc = 0, vd = 1] = viewport.transform.map(Number);
  const angle = Math.atan2(vb * a + vd * b, va * a + vc * b);
  return (Math.round(angle / (Math.PI / 2)) + 4) % 4;
}

/** The page's text as pieces in the coordinates of the viewport; what doesn't run from left to right there is set apart. */
function readPieces(content: TextContent, viewport: Viewport): { upright: Piece[]; turned: Piece[] } {
  const upright: Piece[] = [];
  const turned: Piece[] = [];
  for (const item of content.items) {
    if (!('str' in item) || item.str.trim() === '') {
      continue;
    }
    const [, , c = 0, d = 0, e = 0, f = 0] = item.transform.map(Number);
    const [x = 0, baseline = 0] = viewport.convertToViewportPoint(e, f).map(Number);
    const height = Math.hypot(c, d) || item.height || 1;
    const isUpright = quarterTurns(item, viewport) === 0 && content.styles[item.fontName]?.vertical !== true;
    // Four fifths above the baseline, one below: near enough for any font to tell rows apart.
    const piece = {
      text: item.str,
      x,
      y: baseline - 0.8 * height,
      width: item.width,
      height,
      size: Math.round(height * 10) / 10,
      ...readFont(item.fontName, 400),
    };
    (isUpright ? upright : turned).push(piece);
  }
  return { upright, turned };
}

async function readLinks(
  page: PDFPageProxy,
  viewport: Viewport,
  pageOf: (destination: unknown) => Promise<number | null>,
): Promise<PlacedLink[]> {
  // A damaged annotation must not cost the page its text.
  const annotations: Record<string, unknown>[] = await page.getAnnotations().catch(() => []);
  const links: PlacedLink[] = [];
  for (const annotation of annotations) {
    if (annotation.subtype !== 'Link') {
      continue;
    }
    const url = readUrl(annotation.url ?? annotation.unsafeUrl);
    const pageNumber = url === null ? await pageOf(annotation.dest) : null;
    if (url !== null || pageNumber !== null) {
      links.push({ boxes: toBoxes(annotation.rect, viewport), url, pageNumber });
    }
  }
  return links;
}

function toBoxes(rectangle: unknown, viewport: Viewport): Box[] {
  if (!Array.isArray(rectangle)) {
    return [];
  }
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = viewport.convertToViewportRectangle(rectangle.map(Number)).map(Number);
  return [{ x: Math.min(x1, x2), y: Math.min(y1, y2), width: Math.abs(x2 - x1), height: Math.abs(y2 - y1) }];
}
