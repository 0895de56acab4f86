import { mostlyPicture } from '../content/page-look.ts';
import type { HiddenReason } from '../model/hidden-text.ts';
import { Backdrop, type Suspect } from './backdrop.ts';
import { contains, shareInside } from './matrix.ts';
import type { PageObjects, PaintedText } from './page-objects.ts';
import type { TextRun } from './text-runs.ts';
import type { Bounds } from './viewport.ts';
import { boundsOfRun, joinWords, type Word, wordsOf } from './words.ts';

/** Text that readers see, and that they don't. */
export interface Visibility {
  visible: TextRun[];
  hidden: { reason: HiddenReason; run: TextRun }[];
}

/** Thresholds of hidden text. */
export const visibilitySettings = {
  /** Type smaller than this, in points, is not for readers. */
  tiny: 2,
  /** Opacity below this, from 0 to 1, cannot be seen. */
  minOpacity: 0.03,
  /** Share of a word that must be inside of the page, or of its clip, to be seen. */
  minInside: 0.1,
  /** Share of the text above which invisible text is what somebody's OCR has read from the picture of the page. */
  layerShare: 0.8,
};

/**
 * Decides which text is visible, from the geometry where possible. `look` decides the rest: it draws the page with and
 * without the suspects, and returns those that make no difference. PDFium reports text painted twice in one place only
 * once, so `look` also leaves out the repetitions. `hidesLayers`: some layers of the document are off.
 */
export function partVisible(
  runs: TextRun[],
  objects: PageObjects,
  page: Bounds,
  hidesLayers: boolean,
  look: (suspects: Suspect[], repeated: number[]) => Set<Suspect>,
): Visibility {
  const isLayer = isTextOfScan(runs);
  const suspects = new Map<Word, Suspect>();
  const doubts = new Map<TextRun, Word[]>();
  const backdrop = new Backdrop(objects, page, runs.length);
  const visibility: Visibility = { visible: [], hidden: [] };
  const judged = runs.map((run) => {
    const painted = objects.texts.get(run.object.handle) ?? null;
    const bounds = boundsOfRun(run);
    const reason = certainReason(run, bounds, painted, page, isLayer);
    if (reason === 'INVISIBLE' && run.object.clips && backdrop.showsThrough(run, painted)) return { run, reason: null };
    if (reason !== 'PARTLY' && reason !== null) return { run, reason };
    const doubt = reason === 'PARTLY' ? 'PARTLY' : backdrop.doubt(run, painted, hidesLayers, bounds);
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
  const unseen = suspects.size === 0 ? new Set<Suspect>() : look([...suspects.values()], repeatedTexts(runs, objects));
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
  return withLayerOfPicture(visibility, objects, page);
}

/** The ways in which programs hide an OCR layer on or behind the picture of a page. */
const layerReasons: ReadonlySet<HiddenReason> = new Set(['TRANSPARENT', 'SAME_COLOUR', 'COVERED']);

/** If nearly all text of a page is hidden on or behind its picture, it is an OCR layer of that picture, and is kept. */
function withLayerOfPicture(visibility: Visibility, { images }: PageObjects, page: Bounds): Visibility {
  const { visible, hidden } = visibility;
  if (!hidden.some(({ reason }) => layerReasons.has(reason))) return visibility;
  const picture = images.find(({ bounds, isShading }) => !isShading && shareInside(page, bounds) > mostlyPicture);
  if (picture === undefined) return visibility;
  const [layer, others]: [TextRun[], Visibility['hidden']] = [[], []];
  for (const each of hidden) {
    if (layerReasons.has(each.reason) && contains(picture.bounds, boundsOfRun(each.run))) layer.push(each.run);
    else others.push(each);
  }
  const lengthOf = (runs: TextRun[]) => runs.reduce((sum, { text }) => sum + text.length, 0);
  const all = lengthOf(visible) + lengthOf(hidden.map(({ run }) => run));
  const isLayer = lengthOf(layer) > visibilitySettings.layerShare * all;
  return isLayer ? { visible: [...layer, ...visible], hidden: others } : visibility;
}

/** Returns the text objects for which PDFium reports no characters. */
function repeatedTexts(runs: TextRun[], { texts }: PageObjects): number[] {
  const reported = new Set(runs.flatMap(({ glyphs }) => glyphs.map(({ object }) => object.handle)));
  return [...texts.keys()].filter((handle) => !reported.has(handle));
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

/**
 * Why a whole run is hidden for certain; PARTLY if some of it is outside of the page or of its clip; null if nothing
 * is.
 */
function certainReason(
  run: TextRun,
  bounds: Bounds,
  painted: PaintedText | null,
  page: Bounds,
  isLayer: boolean,
): HiddenReason | 'PARTLY' | null {
  const { tiny, minOpacity } = visibilitySettings;
  const outside = outsideReason(bounds, painted, page);
  if (outside !== null) return outside;
  if (run.object.invisible) return isLayer ? null : 'INVISIBLE';
  if (run.object.opacity < minOpacity) return 'TRANSPARENT';
  if (run.object.size < tiny) return 'TINY';
  const isWhole =
    shareInside(bounds, page) > 0.99 &&
    (painted?.clip === null || painted === null || shareInside(bounds, painted.clip) > 0.99);
  return isWhole ? null : 'PARTLY';
}

function outsideReason(bounds: Bounds, painted: PaintedText | null, page: Bounds): HiddenReason | null {
  const { minInside } = visibilitySettings;
  if (shareInside(bounds, page) < minInside) return 'OFF_PAGE';
  const clip = painted?.clip ?? null;
  return clip !== null && shareInside(bounds, clip) < minInside ? 'CLIPPED' : null;
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
