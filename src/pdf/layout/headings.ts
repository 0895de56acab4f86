import type { Line } from './lines.ts';

/** How the text of a group of pages is set. */
export interface Typography {
  /** The largest size that much of the text is set in: what is larger stands out. */
  body: number;
  /** So much is bold that it says nothing. */
  mostlyBold: boolean;
  /** Likewise: a typewriter's page is no code. */
  mostlyFixedWidth: boolean;
}

export const standsOut = 1.17;
const bodyShare = 0.22;

export function measure(lines: Iterable<Line>): Typography {
  const characters = new Map<number, number>();
  let [all, bold, fixedWidth] = [0, 0, 0];
  for (const line of lines) {
    const size = Math.round(line.size * 2) / 2;
    const { length } = line.text;
    characters.set(size, (characters.get(size) ?? 0) + length);
    all += length;
    if (line.bold) bold += length;
    if (line.fixedWidth) fixedWidth += length;
  }
  const [commonest] = [...characters].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [0, -1]);
  const common = [...characters].filter(([, count]) => count >= bodyShare * all).map(([size]) => size);
  const body = Math.max(commonest, ...common);
  return { body, mostlyBold: bold > 0.5 * all, mostlyFixedWidth: fixedWidth > 0.5 * all };
}

const caption =
  /^(?:(?:figure|fig\.?|table|diagram|chart|exhibit|plate|box|definition|theorem|lemma)\s*[\d.:]|(?:source|note)s?\s*:)/i;
const mostLines = 4;
const longest = 200;

/** By what lines that read like a heading stand out: the size of their type, or null if they are bold only. */
export interface Emphasis {
  size: number | null;
}

/** Null for lines that don't read like a heading. `alone` tells that nothing like them stands beside them. */
export function readHeading(lines: Line[], alone: () => boolean, { body, mostlyBold }: Typography): Emphasis | null {
  const length = lines.length > mostLines ? Infinity : lines.reduce((sum, { text }) => sum + text.length, 0);
  if (lines.length === 0 || length > longest) {
    return null;
  }
  const text = lines.map((line) => line.text).join(' ');
  if (caption.test(text) || !hasWords(text)) {
    return null;
  }
  const size = Math.min(...lines.map((line) => line.size));
  if (size >= standsOut * body && !(length > 80 && /[.;,]$/.test(text))) {
    return { size };
  }
  const bold = !mostlyBold && size >= 0.95 * body && lines.length <= 3 && lines.every((line) => line.boldThroughout);
  const isSentence = () => /[.,;]$/.test(text) || (text.match(/,/g)?.length ?? 0) > 2 || text.split(' ').length > 16;
  return bold && !isSentence() && alone() ? { size: null } : null;
}

/** Sizes nearer than this, in points, are one: of the same level. */
const sameSize = 0.6;

/** Of the sizes that headings are set in, the largest first, those that differ: each is a level. */
export function headingSizes(found: number[]): number[] {
  const sizes: number[] = [];
  for (const size of [...found].sort((a, b) => b - a)) {
    const last = sizes.at(-1);
    if (last === undefined || last - size > sameSize) sizes.push(size);
  }
  return sizes;
}

/** 1 to 6; those that are only bold are below all that are larger. */
export function headingLevel(size: number | null, sizes: number[]): number {
  const rank = size === null ? sizes.length : sizes.findIndex((candidate) => size >= candidate - sameSize);
  return Math.min(6, Math.max(1, rank < 0 ? sizes.length : rank + 1));
}

/** Letters, more than anything else. */
function hasWords(text: string): boolean {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  return letters >= 3 && letters * 2 >= text.replaceAll(' ', '').length;
}
