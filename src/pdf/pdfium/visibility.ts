import { isSameColour } from '../content/colours.ts';
import type { HiddenReason } from '../model/hidden-text.ts';
import { intersect, isEmpty } from './matrix.ts';
import type { PageObjects, PaintedText } from './page-objects.ts';
import type { TextRun } from './text-runs.ts';
import type { Bounds } from './viewport.ts';
import { boundsOfRun, joinWords, type Word, wordsOf } from './words.ts';

/** Text that readers see, and that they don't. */
export interface Visibility {
  visible: TextRun[];
  hidden: { reason: HiddenReason; run: TextRun }[];
}

/** A word that may be hidden: only a picture of the page can tell. */
export interface Suspect {
  /** The text objects it is part of. */
  objects: Set<number>;
  bounds: Bounds;
  /** Why it is hidden, if it is. */
  reason: HiddenReason;
  /** What to believe if no picture can be made. */
  likely: boolean;
}

/** Thresholds of hidden text. */
export const visibilitySettings = {
  /** Type smaller than this, in points, is not for readers. */
  tiny: 2,
  /** Opacity below this, from 0 to 1, cannot be seen. */
  leastOpacity: 0.03,
  /** Opacity from which on something hides what is under it. */
  opaque: 0.98,
  /** Share of a word that must be inside of the page, or of its clip, to be seen. */
  leastInside: 0.1,
  /** Share of the text above which invisible text is what somebody's OCR has read from the picture of the page. */
  layerShare: 0.8,
  /** Checks of fills and pictures against runs, at most; on pages with more, colours and covers are not compared. */
  mostWork: 20_000_000,
};

/**
 * Decides which text is seen. What the geometry decides is decided here; about the rest `look` is asked, which draws the page with and
 * without the suspects, and returns those that make no difference. `hidesLayers`: some layers of the document are off.
 */
export function partVisible(
  runs: TextRun[],
  objects: PageObjects,
  page: Bounds,
  hidesLayers: boolean,
  look: (suspects: Suspect[]) => Set<Suspect>,
): Visibility {
  const isLayer = isTextOfScan(runs);
  const suspects = new Map<Word, Suspect>();
  const doubts = new Map<TextRun, Word[]>();
  const backdrop = new Backdrop(objects, page, runs.length);
  const visibility: Visibility = { visible: [], hidden: [] };
  const judged = runs.map((run) => {
    const painted = objects.texts.get(run.object.handle) ?? null;
    const reason = certainReason(run, painted, page, isLayer);
    if (reason !== 'PARTLY' && reason !== null) return { run, reason };
    const doubt = reason === 'PARTLY' ? 'PARTLY' : backdrop.doubt(run, painted, hidesLayers, boundsOfRun(run));
    if (doubt === null) return { run, reason: null };
    const words = wordsOf(run);
    doubts.set(run, words);
    for (const word of words) {
      const own = objects.texts.get(word.glyphs[0]?.object.handle ?? 0) ?? null;
      const suspect = backdrop.doubt({ ...run, glyphs: word.glyphs }, own, hidesLayers, word.bounds);
      if (suspect !== null) suspects.set(word, suspect);
    }
    return { run, reason: null };
  });
  const unseen = suspects.size === 0 ? new Set<Suspect>() : look([...suspects.values()]);
  for (const { run, reason } of judged) {
    const words = doubts.get(run);
    if (reason !== null) {
      visibility.hidden.push({ reason, run });
    } else if (words === undefined) {
      visibility.visible.push(run);
    } else {
      const painted = objects.texts.get(run.object.handle) ?? null;
      sort(run, words, visibility, (word) => {
        const suspect = suspects.get(word);
        return (
          outsideReason(word.bounds, painted, page) ??
          (suspect !== undefined && unseen.has(suspect) ? suspect.reason : null)
        );
      });
    }
  }
  return visibility;
}

/** Nearly all text being invisible, it is what somebody's OCR has read from the picture of the page. */
function isTextOfScan(runs: TextRun[]): boolean {
  let [all, invisible] = [0, 0];
  for (const { text, object } of runs) {
    all += text.length;
    if (object.invisible) invisible += text.length;
  }
  return invisible > visibilitySettings.layerShare * all;
}

/** Why a whole run is hidden for certain; PARTLY if some of it is outside of the page or of its clip; null if nothing is. */
function certainReason(
  run: TextRun,
  painted: PaintedText | null,
  page: Bounds,
  isLayer: boolean,
): HiddenReason | 'PARTLY' | null {
  const { tiny, leastOpacity } = visibilitySettings;
  const bounds = boundsOfRun(run);
  const outside = outsideReason(bounds, painted, page);
  if (outside !== null) return outside;
  if (run.object.invisible) return isLayer ? null : 'INVISIBLE';
  if (run.object.opacity < leastOpacity) return 'TRANSPARENT';
  if (run.object.size < tiny) return 'TINY';
  const isWhole =
    shareInside(bounds, page) > 0.99 &&
    (painted?.clip === null || painted === null || shareInside(bounds, painted.clip) > 0.99);
  return isWhole ? null : 'PARTLY';
}

function outsideReason(bounds: Bounds, painted: PaintedText | null, page: Bounds): HiddenReason | null {
  const { leastInside } = visibilitySettings;
  if (shareInside(bounds, page) < leastInside) return 'OFF_PAGE';
  const clip = painted?.clip ?? null;
  return clip !== null && shareInside(bounds, clip) < leastInside ? 'CLIPPED' : null;
}

/** The share of a box that is inside of another, from 0 to 1. */
function shareInside(bounds: Bounds, outer: Bounds): number {
  const inner = intersect(bounds, outer);
  if (isEmpty(inner)) return 0;
  const area = ({ left, right, bottom, top }: Bounds) => Math.max(right - left, 0.1) * Math.max(top - bottom, 0.1);
  return area(inner) / area(bounds);
}

/** Parts a run into stretches of words that are seen, and that are hidden for one reason. */
function sort(
  run: TextRun,
  words: Word[],
  visibility: Visibility,
  reasonOf: (word: Word) => HiddenReason | null,
): void {
  let stretch: { reason: HiddenReason | null; words: Word[] } | null = null;
  const flush = () => {
    if (stretch === null) return;
    const part = stretch.words.length === words.length ? run : joinWords(run, stretch.words);
    if (stretch.reason === null) visibility.visible.push(part);
    else visibility.hidden.push({ reason: stretch.reason, run: part });
  };
  for (const word of words) {
    const reason = reasonOf(word);
    if (stretch !== null && stretch.reason === reason) {
      stretch.words.push(word);
    } else {
      flush();
      stretch = { reason, words: [word] };
    }
  }
  flush();
}

/**
 * What is painted over and under text. Only upright boxes and pictures count as covers, and curved shapes count as backdrops only inside of
 * the page: damaged drawings have shapes that reach far beyond it, and other readers do not show them.
 */
class Backdrop {
  readonly #objects: PageObjects;
  readonly #page: Bounds;
  readonly #isSmall: boolean;

  constructor(objects: PageObjects, page: Bounds, runs: number) {
    this.#objects = objects;
    this.#page = page;
    this.#isSmall = runs * (objects.fills.length + objects.images.length) < visibilitySettings.mostWork;
  }

  /** Why a text may be hidden; null if nothing suggests it. */
  doubt(run: TextRun, painted: PaintedText | null, hidesLayers: boolean, bounds: Bounds): Suspect | null {
    const { object } = run;
    const suspect = (reason: HiddenReason, likely: boolean) => ({
      objects: new Set(run.glyphs.map((glyph) => glyph.object.handle)),
      bounds,
      reason,
      likely,
    });
    if (painted === null || object.invisible || !isDrawn(run)) return null;
    if (hidesLayers) return suspect('LAYER_OFF', false);
    if (!this.#isSmall) return null;
    const { order } = painted;
    const cover = this.#coverOf(bounds, order);
    if (cover !== null) return suspect('COVERED', cover.isBox);
    if (painted.transparent && object.opacity < visibilitySettings.opaque) return suspect('TRANSPARENT', false);
    return this.#hasSameColour(object.colour, bounds, order) ? suspect('SAME_COLOUR', true) : null;
  }

  #coverOf(bounds: Bounds, order: number): { isBox: boolean } | null {
    const { fills, images } = this.#objects;
    for (let index = fills.length - 1; index >= 0; index -= 1) {
      const fill = fills[index];
      if (fill === undefined || fill.order < order) break;
      if (fill.opacity >= visibilitySettings.opaque && fill.isBox && contains(fill.bounds, bounds)) return fill;
    }
    const image = images.find((each) => each.order > order && contains(each.bounds, bounds));
    return image === undefined ? null : { isBox: false };
  }

  #hasSameColour(colour: string | null, bounds: Bounds, order: number): boolean {
    if (colour === null) return false;
    const { fills, images } = this.#objects;
    let under: { order: number; colour: string } = { order: 0, colour: paper };
    for (const fill of fills) {
      if (fill.order > order) break;
      if ((fill.isBox || isWithin(fill.bounds, this.#page)) && contains(fill.bounds, bounds)) under = fill;
    }
    const onPicture = images.some(
      (each) => each.order < order && each.order > under.order && contains(each.bounds, bounds),
    );
    return isSameColour(colour, onPicture ? paper : under.colour);
  }
}

/** Whether PDFium has glyphs for a text: it has none of its own for fonts that are not embedded, beyond Latin. */
function isDrawn({ text, object }: TextRun): boolean {
  return object.font.embedded || !/[^ -\u024f\u2000-\u22ff\u25a0-\u27bf]/.test(text);
}

const paper = '#ffffff';

function isWithin(bounds: Bounds, page: Bounds): boolean {
  return shareInside(bounds, page) > 0.95;
}

/** Whether the centre of a text is within a box. */
function contains({ left, right, bottom, top }: Bounds, text: Bounds): boolean {
  const [x, y] = [(text.left + text.right) / 2, (text.bottom + text.top) / 2];
  return x >= left && x <= right && y >= bottom && y <= top;
}
