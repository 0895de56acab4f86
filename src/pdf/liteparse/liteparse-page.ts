import type { ParsedPage, TextItem } from '@llamaindex/liteparse';
import { cleanText } from '../content/clean-text.ts';
import { readFont } from '../content/font-names.ts';
import { partHidden } from '../content/hidden-text.ts';
import { readUrl } from '../content/links.ts';
import { bottom, right } from '../model/box.ts';
import type { Rule, Shape } from '../model/drawing.ts';
import type { PlacedLink } from '../model/link.ts';
import type { PaintedPiece } from '../model/piece.ts';
import type { ReadPage } from '../model/read-page.ts';
import { readAnnotations, toFormField } from './liteparse-annotations.ts';
import { withoutFalseSpaces } from './liteparse-spaces.ts';
import { lostNumbers } from './lost-numbers.ts';

const turns = [0, 90, 180, 270] as const;

/** By how much most of a page's text is turned on the display, clockwise. */
export function turnOf(page: ParsedPage): (typeof turns)[number] {
  const characters = [0, 0, 0, 0];
  for (const item of page.textItems) {
    const quarter = quarterTurns(item);
    characters[quarter] = (characters[quarter] ?? 0) + item.text.length;
  }
  return turns[characters.indexOf(Math.max(...characters))] ?? 0;
}

function quarterTurns({ rotation }: TextItem): number {
  return Math.round((rotation ?? 0) / 90) % 4;
}

/**
 * A page as LiteParse shows it, its text as LiteParse reads it once turned upright (the same page for nearly all). Rotation
 * isn't among what it tells; its sizes and places are those of the page as displayed.
 */
export function toReadPage(shown: ParsedPage, read: ParsedPage): ReadPage {
  const items = [...read.textItems, ...lostNumbers(read)];
  const found = items.filter(({ text }) => text.trim() !== '').map(toPiece);
  const images = (read.blocks ?? []).flatMap(({ kind, bbox }) =>
    kind === 'figure' && bbox !== undefined ? [bbox] : [],
  );
  const shapes = readShapes(read);
  const { visible, hidden } = partHidden(found, { width: read.width, height: read.height, shapes, images });
  return {
    number: shown.pageNum,
    label: cleanText(shown.pageLabel ?? '') || null,
    width: read.width,
    height: read.height,
    shown: { width: shown.width, height: shown.height },
    rotation: 0,
    pieces: visible.filter(({ turned }) => !turned),
    turned: visible.filter(({ turned }) => turned),
    hidden,
    images,
    bleeds: readBleed(shown),
    tallShare: tallShare(read.textItems),
    look: null,
    ocr: null,
    engine: 'LITEPARSE',
    fallback: null,
    rules: readRules(read),
    shapes,
    tables: [],
    links: readLinks(read),
    annotations: readAnnotations(read),
    formFields: (read.formFields ?? []).map(toFormField),
  };
}

/** Boxes far higher than the type come from badly made fonts, whose lines would lie over one another. */
const tallest = 1.7;

function tallShare(items: TextItem[]): number {
  let [all, tall] = [0, 0];
  for (const item of items) {
    all += item.text.length;
    if (hasTallBox(item)) tall += item.text.length;
  }
  return all === 0 ? 0 : tall / all;
}

function hasTallBox({ height, fontHeight }: TextItem): boolean {
  return fontHeight !== undefined && fontHeight > 0 && height > tallest * fontHeight;
}

function toPiece(item: TextItem): PaintedPiece & { turned: boolean } {
  const size = Math.round((item.fontHeight || item.height) * 10) / 10;
  const isTall = hasTallBox(item);
  return {
    text: withoutFalseSpaces(item.text, item.charCodes),
    x: item.x,
    y: isTall ? item.y + item.height / 2 - 0.6 * size : item.y,
    width: item.width,
    height: isTall ? 1.2 * size : item.height,
    size,
    ...readFont(item.fontName ?? '', item.fontWeight ?? 400),
    turned: quarterTurns(item) !== 0,
    colour: item.fillColor === undefined ? null : toColour(item.fillColor),
    // LiteParse leaves out invisible text, unless it is all there is.
    invisible: false,
    font: item.fontName || null,
  };
}

/** Printers let pictures and colours go some millimetres beyond the page. */
const bleed = 24;

function readBleed({ contentBounds, width, height }: ParsedPage): boolean {
  if (contentBounds === undefined) {
    return false;
  }
  const { x, y } = contentBounds;
  return x < -bleed || y < -bleed || right(contentBounds) > width + bleed || bottom(contentBounds) > height + bleed;
}

/** From "ff805cfb", opacity first, to "#805cfb". */
function toColour(argb: string): string {
  return `#${argb.slice(2)}`;
}

export function readShapes({ vectorGraphics }: ParsedPage): Shape[] {
  return (vectorGraphics?.shapes ?? []).flatMap(({ bbox, fill, fillColor, hasCurve }) =>
    fill && fillColor !== undefined ? [{ ...bbox, colour: toColour(fillColor), curved: hasCurve }] : [],
  );
}

function readRules({ vectorGraphics }: ParsedPage): ReadPage['rules'] {
  const horizontal: Rule[] = [];
  const vertical: Rule[] = [];
  for (const { x1, y1, x2, y2 } of vectorGraphics?.lines ?? []) {
    if (Math.abs(y1 - y2) < 1) {
      horizontal.push({ at: y1, from: Math.min(x1, x2), to: Math.max(x1, x2) });
    } else if (Math.abs(x1 - x2) < 1) {
      vertical.push({ at: x1, from: Math.min(y1, y2), to: Math.max(y1, y2) });
    }
  }
  return { horizontal, vertical };
}

function readLinks(page: ParsedPage): PlacedLink[] {
  return (page.annotations ?? []).flatMap((annotation) => {
    const url = annotation.subtype.toLowerCase() === 'link' ? readUrl(annotation.uri) : null;
    const quads = annotation.quadpointRects;
    const boxes = quads.length === 0 && annotation.rect !== undefined ? [annotation.rect] : quads;
    return url === null ? [] : [{ boxes, url, pageNumber: null }];
  });
}
