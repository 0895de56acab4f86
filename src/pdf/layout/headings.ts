import type { Line } from './lines.ts';

/** How the text of a group of pages is set. */
export interface Typography {
  /** The largest size that much of the text is set in: what is larger stands out. */
  body: number;
  /** Sizes that stand out, the largest first. */
  larger: number[];
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
  const larger = [...characters.keys()].filter((size) => size >= standsOut * body).sort((a, b) => b - a);
  return { body, larger, mostlyBold: bold > 0.5 * all, mostlyFixedWidth: fixedWidth > 0.5 * all };
}

const caption =
  /^(?:(?:figure|fig\.?|table|diagram|chart|exhibit|plate|box|definition|theorem|lemma)\s*[\d.:]|(?:source|note)s?\s*:)/i;
const mostLines = 4;
const longest = 200;

/** 1 to 6 for lines that read like a heading, 0 for others. `alone` tells that nothing like them stands beside them. */
export function headingLevel(lines: Line[], alone: boolean, { body, larger, mostlyBold }: Typography): number {
  const length = lines.length > mostLines ? Infinity : lines.reduce((sum, { text }) => sum + text.length, 0);
  if (lines.length === 0 || length > longest) {
    return 0;
  }
  const text = lines.map((line) => line.text).join(' ');
  if (caption.test(text) || !hasWords(text)) {
    return 0;
  }
  const size = Math.min(...lines.map((line) => line.size));
  if (size >= standsOut * body && !(length > 80 && /[.;,]$/.test(text))) {
    const rank = larger.findIndex((candidate) => size >= candidate - 0.5);
    return Math.min(6, rank < 0 ? larger.length : rank + 1);
  }
  const bold = lines.every((line) => line.boldThroughout);
  const isSentence = /[.,;]$/.test(text) || (text.match(/,/g)?.length ?? 0) > 2 || text.split(' ').length > 16;
  const isHeading = bold && !mostlyBold && alone && !isSentence && size >= 0.95 * body && lines.length <= 3;
  return isHeading ? Math.min(6, larger.length + 1) : 0;
}

/** Letters, more than anything else. */
function hasWords(text: string): boolean {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  return letters >= 3 && letters * 2 >= text.replaceAll(' ', '').length;
}
