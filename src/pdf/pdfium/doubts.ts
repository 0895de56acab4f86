import type { Doubts } from '../model/read-page.ts';
import type { Glyph, PageGlyphs } from './glyphs.ts';

/** Thresholds of text that runs from top to bottom, in sizes of the type. */
const verticalSettings = {
  /** How far characters that stand below one another may differ along the line. */
  aside: 0.35,
  /** Distance from one to the next, at least and at most. */
  nearest: 0.5,
  farthest: 2,
  /** Characters below others that make no accident. */
  fewest: 3,
};

/** Finds, in the characters of a page, where PDFium may be wrong. `stand-ins.ts` looks for substituted characters. */
export function readDoubts({ glyphs, unmapped, hasUnknownIdeographs }: PageGlyphs): Doubts {
  let [written, below, beyondPlane, low, high] = [0, 0, false, false, false];
  let before: Glyph | null = null;
  for (const glyph of glyphs) {
    const code = glyph.text.codePointAt(0) ?? 0;
    // Nearly all text is Latin, which only a vertical font sets below one another within one object.
    if (code < firstOfDoubt) {
      if (before !== null && before.object === glyph.object && isBelow(glyph, before)) {
        written += 1;
        below += 1;
      }
      before = glyph;
      continue;
    }
    beyondPlane ||= code > 0xffff || (code >= 0xd800 && code <= 0xdfff);
    low ||= code >= 0xac00 && code < 0xd400;
    high ||= code >= 0xd400 && code <= 0xd7a3;
    if (mayBeVertical.test(glyph.text)) {
      written += 1;
      if (before !== null && isBelow(glyph, before)) below += 1;
    }
    before = glyph;
  }
  const vertical = below < verticalSettings.fewest ? 0 : below / written;
  return { unmapped, vertical, beyondPlane: beyondPlane || (high && !low), hasUnknownIdeographs };
}

/** Scripts that are written from top to bottom, and characters beyond the basic plane, have higher codes than this. */
const firstOfDoubt = 0x1100;

/** Scripts that are written from top to bottom. */
const mayBeVertical =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Mongolian}]/u;

function isBelow({ from, baseline, object }: Glyph, before: Glyph): boolean {
  const { aside, nearest, farthest } = verticalSettings;
  const [across, down] = [Math.abs(from - before.from), before.baseline - baseline];
  return across <= aside * object.size && down >= nearest * object.size && down <= farthest * object.size;
}
