import type { Glyph } from './glyphs.ts';
import type { TextRun } from './text-runs.ts';
import type { Bounds, Quarter } from './viewport.ts';

/** A word of a run: what is hidden or seen as one. */
export interface Word {
  glyphs: Glyph[];
  bounds: Bounds;
}

/** How far ink reaches above and below the baseline, in sizes of the type. */
const [ascent, descent] = [0.7, 0.15];

/** Splits a run at its spaces. */
export function wordsOf(run: TextRun): Word[] {
  const words: Glyph[][] = [];
  let at = 0;
  for (const glyph of run.glyphs) {
    const isFirst = words.length === 0 || run.text[at] === ' ';
    if (run.text[at] === ' ') at += 1;
    if (isFirst) words.push([]);
    words.at(-1)?.push(glyph);
    at += glyph.text.length;
  }
  return words.map((glyphs) => ({ glyphs, bounds: boundsOfGlyphs(glyphs) }));
}

/** The run that some consecutive words of a run make by themselves. */
export function joinWords(run: TextRun, words: Word[]): TextRun {
  const glyphs = words.flatMap((word) => word.glyphs);
  const text = words.map((word) => word.glyphs.map((glyph) => glyph.text).join('')).join(' ');
  const from = glyphs.reduce((least, glyph) => Math.min(least, glyph.from), Infinity);
  const to = glyphs.reduce((most, glyph) => Math.max(most, glyph.to), -Infinity);
  return { ...run, text, from, to, glyphs };
}

/** The place of a run's ink on the page. */
export function boundsOfRun({ glyphs }: TextRun): Bounds {
  return boundsOfGlyphs(glyphs);
}

function boundsOfGlyphs(glyphs: Glyph[]): Bounds {
  const [first] = glyphs;
  if (first !== undefined && first.ink !== null) return around(glyphs.flatMap(({ ink }) => ink ?? []));
  const { quarter = 0, size = 0 } = first?.object ?? {};
  let [from, to, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const glyph of glyphs) {
    if (glyph.from < from) from = glyph.from;
    if (glyph.to > to) to = glyph.to;
    if (glyph.baseline < low) low = glyph.baseline;
    if (glyph.baseline > high) high = glyph.baseline;
  }
  return toBounds(quarter, from, to, low - descent * size, high + ascent * size);
}

/** The box around all of them. */
function around(boxes: Bounds[]): Bounds {
  return boxes.reduce((all, box) => ({
    left: Math.min(all.left, box.left),
    bottom: Math.min(all.bottom, box.bottom),
    right: Math.max(all.right, box.right),
    top: Math.max(all.top, box.top),
  }));
}

/** Maps a stretch along the direction of text, and its reach across it, to a place on the page. */
export function toBounds(quarter: Quarter, from: number, to: number, low: number, high: number): Bounds {
  switch (quarter) {
    case 0:
      return { left: from, right: to, bottom: low, top: high };
    case 1:
      return { left: -high, right: -low, bottom: from, top: to };
    case 2:
      return { left: -to, right: -from, bottom: -high, top: -low };
    case 3:
      return { left: low, right: high, bottom: -to, top: -from };
  }
}
