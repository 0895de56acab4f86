import type { Piece } from '../model/piece.ts';
import type { Line } from './lines.ts';

/** How the text of a group of pages is set. */
export interface Typography {
  /** Type size of the body text, in points: the largest size that much of the text is set in. */
  body: number;
  /** Most of the text is bold, so bold type distinguishes nothing. */
  mostlyBold: boolean;
  /** Most of the text is in a font of fixed width, as on a typewriter's page, so that is no sign of code. */
  mostlyFixedWidth: boolean;
}

/** Thresholds of headings. */
export const headingSettings = {
  /** Least size of a heading, in sizes of the body text: smaller differences are another font or emphasis. */
  standsOut: 1.17,
  /** Least size of a bold heading, in sizes of the body text: bold notes in smaller type are labels. */
  minBoldSize: 0.95,
  /** Share of all characters from which on a size counts as a size of the body. */
  bodyShare: 0.22,
  /**
   * Size, in sizes of the commonest type, from which on so few lines are a title on a page with little text, not the
   * body.
   */
  titleSize: 1.5,
  minOfBody: 3,
  /** Share of all characters above which bold or fixed-width type is the rule, not the exception. */
  mostly: 0.5,
  /** Lines of a heading at most: titles of papers take four. */
  maxLines: 4,
  /** Lines of a bold heading at most: more is a bold paragraph. */
  maxBoldLines: 3,
  /** Characters of a heading at most. */
  longest: 200,
  /** Characters from which on large type that ends like a sentence is a pull quote. */
  longSentence: 80,
  /** Words of a bold heading at most, and commas: more make it a sentence. */
  maxWords: 16,
  maxCommas: 2,
  /** Letters of a heading at least: fewer are numbers of pages, figures or formulas. */
  minLetters: 3,
  /** Share of characters that are letters at least. */
  letterShare: 0.5,
  /** Difference of two sizes, in points, up to which they are the same level: producers round. */
  sameSize: 0.6,
  /** The levels that Markdown has. */
  maxLevels: 6,
};

/** Measures how text is set: lines, or the pieces of tables. */
export function measure(lines: Iterable<Piece>): Typography {
  const { bodyShare, minOfBody, titleSize, mostly } = headingSettings;
  const characters = new Map<number, number>();
  const pieces = new Map<number, number>();
  let [all, bold, fixedWidth] = [0, 0, 0];
  for (const line of lines) {
    // Half points: OCR and scaled pages spread one size over neighbouring values.
    const size = Math.round(line.size * 2) / 2;
    const { length } = line.text;
    characters.set(size, (characters.get(size) ?? 0) + length);
    pieces.set(size, (pieces.get(size) ?? 0) + 1);
    all += length;
    if (line.bold) bold += length;
    if (line.fixedWidth) fixedWidth += length;
  }
  const [commonest] = [...characters].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [0, -1]);
  const isCommon = ([size, count]: [number, number]) =>
    count >= bodyShare * all && ((pieces.get(size) ?? 0) >= minOfBody || size < titleSize * commonest);
  const common = [...characters].filter(isCommon).map(([size]) => size);
  const body = Math.max(commonest, ...common);
  return { body, mostlyBold: bold > mostly * all, mostlyFixedWidth: fixedWidth > mostly * all };
}

/** Whether a size is larger than the body text by so much that it distinguishes a heading. */
export function standsOut(size: number, body: number): boolean {
  return size >= headingSettings.standsOut * body;
}

const caption =
  /^(?:(?:figure|fig\.?|table|diagram|chart|exhibit|plate|box|definition|theorem|lemma)\s*[\d.:]|(?:source|note)s?\s*:)/i;

/** What distinguishes a heading: the size of its type, or null if only bold type does. */
export interface Emphasis {
  size: number | null;
}

/**
 * Returns what makes lines a heading; null for lines that are not a heading. `alone` reports whether no similar line
 * stands beside them.
 */
export function readHeading(lines: Line[], alone: () => boolean, { body, mostlyBold }: Typography): Emphasis | null {
  const { longest, maxLines, longSentence } = headingSettings;
  const length = lines.length > maxLines ? Infinity : lines.reduce((sum, { text }) => sum + text.length, 0);
  if (lines.length === 0 || length > longest) {
    return null;
  }
  const text = lines.map((line) => line.text).join(' ');
  if (caption.test(text) || !hasWords(text)) {
    return null;
  }
  const size = Math.min(...lines.map((line) => line.size));
  if (standsOut(size, body) && !(length > longSentence && /[.;,]$/.test(text))) {
    return { size };
  }
  return !mostlyBold && isBoldHeading(lines, text, size, body) && alone() ? { size: null } : null;
}

function isBoldHeading(lines: Line[], text: string, size: number, body: number): boolean {
  const { minBoldSize, maxBoldLines } = headingSettings;
  const isBold =
    size >= minBoldSize * body && lines.length <= maxBoldLines && lines.every((line) => line.boldThroughout);
  return isBold && !isSentence(text);
}

function isSentence(text: string): boolean {
  const { maxCommas, maxWords } = headingSettings;
  return /[.,;]$/.test(text) || (text.match(/,/g)?.length ?? 0) > maxCommas || text.split(' ').length > maxWords;
}

/**
 * Returns the sizes that headings are set in, the largest first, without those that are nearly the same: each is a
 * level.
 */
export function headingSizes(found: number[]): number[] {
  const sizes: number[] = [];
  for (const size of [...found].sort((a, b) => b - a)) {
    const last = sizes.at(-1);
    if (last === undefined || last - size > headingSettings.sameSize) sizes.push(size);
  }
  return sizes;
}

/** Returns the level of a heading, from 1. Bold headings without a size of their own rank below all others. */
export function headingLevel(size: number | null, sizes: number[]): number {
  const { sameSize, maxLevels } = headingSettings;
  const rank = size === null ? sizes.length : sizes.findIndex((candidate) => size >= candidate - sameSize);
  return Math.min(maxLevels, Math.max(1, rank < 0 ? sizes.length : rank + 1));
}

function hasWords(text: string): boolean {
  const { minLetters, letterShare } = headingSettings;
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  return letters >= minLetters && letters >= letterShare * text.replaceAll(' ', '').length;
}
