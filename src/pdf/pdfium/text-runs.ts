import type { Glyph } from './glyphs.ts';
import type { TextObject } from './text-objects.ts';

/** Characters that follow one another on one baseline, alike in font, size and colour. */
export interface TextRun {
  text: string;
  object: TextObject;
  /** Along the direction of the text, from the first character to the last one that is not a space. */
  from: number;
  to: number;
  baseline: number;
  /** The characters it is made of, without spaces. */
  glyphs: Glyph[];
}

/** Thresholds of runs, in sizes of the type. */
export const runSettings = {
  /**
   * Gap from which on there is a space between two characters: kerning stays below it, the narrowest justified spaces
   * above.
   */
  wordGap: 0.13,
  /**
   * Maximum gap at which a painted space is ignored: programs write soft hyphens and other invisible characters as
   * spaces without width.
   */
  minSpace: 0.03,
  /** Gap from which on a run ends: it may separate cells or columns, which the layout decides. */
  runGap: 0.6,
  /** How far a character may begin before the end of the one before it: kerning, wrong widths, marks over letters. */
  overlap: 0.6,
  /** Difference between the baselines of one run: rounding, and pages that are scanned askew. */
  sameBaseline: 0.12,
  /** Gaps within an object that tell how far its letters are set apart, at least. */
  minGaps: 4,
  /** Letters set further apart than this are spaced on purpose. */
  minTracking: 0.04,
  /** Share of the gaps that agree on it. */
  trackingShare: 0.6,
  /** Difference up to which they agree. */
  sameTracking: 0.04,
};

/** Asked of every character, so without a pattern for nearly all of them. */
function isSpace(text: string): boolean {
  return text === ' ' || (text > '~' && /^\s$/u.test(text));
}

/** Marks are set over or under the letter before them, wherever they are placed. */
function isMark(text: string): boolean {
  return text >= '\u0300' && /^\p{M}$/u.test(text);
}

/** Characters of scripts that are written without spaces, however far they are set apart: Chinese and Japanese. */
function isIdeograph(text: string): boolean {
  return text >= '\u2e80' && text < '\ua4d0';
}

/** Joins the characters of a page, in the order they are painted, to runs. */
export function toRuns(glyphs: Glyph[]): TextRun[] {
  const runs: TextRun[] = [];
  let run: OpenRun | null = null;
  for (let start = 0; start < glyphs.length; ) {
    const end = endOfObject(glyphs, start);
    const tracking = trackingOf(glyphs, start, end);
    for (let index = start; index < end; index += 1) {
      const glyph = glyphs[index];
      if (glyph === undefined) continue;
      if (run === null || !run.add(glyph, tracking)) {
        run?.finish(runs);
        run = OpenRun.begin(glyph);
      }
    }
    start = end;
  }
  run?.finish(runs);
  return runs;
}

function endOfObject(glyphs: Glyph[], start: number): number {
  const object = glyphs[start]?.object;
  let end = start + 1;
  while (glyphs[end]?.object === object && end < glyphs.length) end += 1;
  return end;
}

/** How far the letters of an object are set apart beside their widths, in points; 0 for ordinary text. */
function trackingOf(glyphs: Glyph[], start: number, end: number): number {
  const { minGaps, minTracking, trackingShare, sameTracking } = runSettings;
  const size = glyphs[start]?.object.size ?? 0;
  if (end - start <= minGaps || !(size > 0)) return 0;
  const gaps: number[] = [];
  let wide = 0;
  let before = glyphs[start];
  for (let index = start + 1; index < end; index += 1) {
    const glyph = glyphs[index];
    if (before === undefined || glyph === undefined) continue;
    if (!isSpace(before.text) && !isSpace(glyph.text)) {
      const gap = (glyph.from - before.to) / size;
      if (gap > minTracking) wide += 1;
      gaps.push(gap);
    }
    before = glyph;
  }
  // Nearly all text returns here: its letters are not spaced out.
  if (gaps.length < minGaps || wide < trackingShare * gaps.length) return 0;
  const sorted = gaps.toSorted((a, b) => a - b);
  // Below the middle, as gaps between words are among them where a font has no space.
  const usual = sorted[Math.floor(0.4 * sorted.length)] ?? 0;
  const agreeing = gaps.filter((gap) => Math.abs(gap - usual) <= sameTracking).length;
  return usual > minTracking && agreeing >= trackingShare * gaps.length ? usual * size : 0;
}

class OpenRun {
  readonly #object: TextObject;
  readonly #glyphs: Glyph[] = [];
  readonly #baseline: number;
  #text = '';
  /** Where the last character begins, and where the next one would. */
  #from: number;
  #to: number;
  /** A space was painted after the last character, and whether one of them has a width in its font. */
  #isSpaced = false;
  #hasWidth = false;

  private constructor(glyph: Glyph) {
    this.#object = glyph.object;
    this.#baseline = glyph.baseline;
    this.#from = glyph.from;
    this.#to = glyph.to;
    this.#push(glyph);
  }

  static begin(glyph: Glyph): OpenRun | null {
    return isSpace(glyph.text) ? null : new OpenRun(glyph);
  }

  /** Adds a character; false if it does not continue the run. */
  add(glyph: Glyph, tracking: number): boolean {
    const { object } = glyph;
    if (!this.#isAlike(object)) return false;
    if (isSpace(glyph.text)) {
      this.#isSpaced = true;
      this.#hasWidth ||= glyph.to - glyph.from > runSettings.minSpace * object.size;
      return true;
    }
    const { size } = object;
    const { sameBaseline, overlap, runGap, wordGap, minSpace } = runSettings;
    if (!isMark(glyph.text)) {
      const gap = glyph.from - this.#to - tracking;
      const isOnLine = Math.abs(glyph.baseline - this.#baseline) <= sameBaseline * size;
      // The letters of a ligature begin at one place.
      const isLigature = glyph.from === this.#from;
      if (!isOnLine || gap > runGap * size || (gap < -overlap * size && !isLigature)) return false;
      // A space counts if its font gives it no width. It does not count if the text moves back over it.
      const isPlain = this.#isSpaced && !this.#hasWidth;
      const isTight = !this.#isSpaced && isIdeograph(glyph.text) && isIdeograph(this.#text.at(-1) ?? '');
      this.#isSpaced = isPlain || (!isTight && gap > (this.#isSpaced ? minSpace : wordGap) * size);
    }
    if (this.#isSpaced) this.#text += ' ';
    this.#push(glyph);
    return true;
  }

  #push(glyph: Glyph): void {
    this.#isSpaced = false;
    this.#hasWidth = false;
    this.#text += glyph.text;
    this.#from = glyph.from;
    this.#to = Math.max(this.#to, glyph.to);
    this.#glyphs.push(glyph);
  }

  #isAlike(object: TextObject): boolean {
    const own = this.#object;
    return (
      object === own ||
      (object.font === own.font &&
        object.size === own.size &&
        object.colour === own.colour &&
        object.quarter === own.quarter &&
        (!object.skewed || object.angle === own.angle) &&
        object.invisible === own.invisible &&
        object.opacity === own.opacity)
    );
  }

  finish(runs: TextRun[]): void {
    const [first] = this.#glyphs;
    if (first === undefined) return;
    const text = this.#isSpaced ? `${this.#text} ` : this.#text;
    const glyphs = this.#glyphs;
    let { from } = first;
    for (const glyph of glyphs) if (glyph.from < from) from = glyph.from;
    runs.push({ text, object: this.#object, from, to: this.#to, baseline: this.#baseline, glyphs });
  }
}
