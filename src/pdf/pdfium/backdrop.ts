import { isSameColour } from '../content/colours.ts';
import type { HiddenReason } from '../model/hidden-text.ts';
import { contains, shareInside } from './matrix.ts';
import type { PageObjects, PaintedText } from './page-objects.ts';
import type { Cover, Picture } from './painted.ts';
import type { TextRun } from './text-runs.ts';
import type { Bounds } from './viewport.ts';
import { boundsOfRun } from './words.ts';

/** A word that may be hidden: only a picture of the page can decide. */
export interface Suspect {
  /** The text objects that contain the word. */
  objects: Set<number>;
  bounds: Bounds;
  /** The reason to report if the word is hidden. */
  reason: HiddenReason;
  /** Whether the word counts as hidden if no picture can be made. */
  likely: boolean;
  /** The colour of the word if its background alone decides whether it is seen; null for any other word. */
  ink: string | null;
}

/** Thresholds for objects painted over and under text. */
export const backdropSettings = {
  /** Opacity from which an object hides the objects under it. */
  opaque: 0.98,
  /** Maximum comparisons of fills and pictures with runs; on pages with more, colours and covers are not compared. */
  maxWork: 20_000_000,
};

/**
 * The objects painted over and under text. Shapes other than upright boxes count only inside the page: damaged drawings
 * have shapes that extend far beyond it, and other readers do not show them.
 */
export class Backdrop {
  readonly #objects: PageObjects;
  readonly #page: Bounds;
  readonly #isSmall: boolean;

  constructor(objects: PageObjects, page: Bounds, runs: number) {
    this.#objects = objects;
    this.#page = page;
    this.#isSmall =
      runs * (objects.fills.length + objects.bars.length + objects.images.length) < backdropSettings.maxWork;
  }

  /** Returns why a text may be hidden; null if nothing suggests it. */
  doubt(run: TextRun, painted: PaintedText | null, hidesLayers: boolean, bounds: Bounds): Suspect | null {
    const { object } = run;
    if (painted === null || object.invisible || !isDrawn(run)) return null;
    const suspect = (reason: HiddenReason, likely: boolean, ink: string | null = null) => ({
      objects: new Set(run.glyphs.map((glyph) => glyph.object.handle)),
      bounds,
      reason,
      likely,
      ink,
    });
    // PDFium does not report the layer of a form object. If layers are off, any text may belong to one of them.
    const mayBeOff = hidesLayers ? suspect('LAYER_OFF', false) : null;
    if (painted.layered && mayBeOff !== null) return mayBeOff;
    if (!this.#isSmall) return mayBeOff;
    const { order } = painted;
    const cover = this.#coverOf(bounds, order);
    if (cover !== null) return suspect('COVERED', cover.isBox);
    if (painted.transparent) return suspect('TRANSPARENT', false);
    return this.#hasSameColour(object.colour, bounds, order)
      ? suspect('SAME_COLOUR', true, hidesLayers ? null : object.colour)
      : mayBeOff;
  }

  /** Whether an object is painted through text that is only a clipping path. */
  showsThrough(run: TextRun, painted: PaintedText | null): boolean {
    return painted !== null && this.#isSmall && this.#coverOf(boundsOfRun(run), painted.order) !== null;
  }

  #coverOf(bounds: Bounds, order: number): { isBox: boolean } | null {
    const { fills, bars, images } = this.#objects;
    return (
      this.#lastOver(fills, bounds, order) ?? this.#lastOver(bars, bounds, order) ?? pictureOver(images, bounds, order)
    );
  }

  /** Returns the topmost of the covers, which are in painting order, that hides a text. */
  #lastOver(covers: Cover[], bounds: Bounds, order: number): Cover | null {
    for (let index = covers.length - 1; index >= 0; index -= 1) {
      const cover = covers[index];
      if (cover === undefined || cover.order < order) break;
      if (cover.opacity < backdropSettings.opaque || !contains(cover.bounds, bounds)) continue;
      if (cover.isBox || isWithin(cover.bounds, this.#page)) return cover;
    }
    return null;
  }

  #hasSameColour(colour: string | null, bounds: Bounds, order: number): boolean {
    if (colour === null) return false;
    const { fills, images } = this.#objects;
    let under: { order: number; colour: string } = { order: 0, colour: paper };
    for (const fill of fills) {
      if (fill.order > order) break;
      if (contains(fill.bounds, bounds) && (fill.isBox || isWithin(fill.bounds, this.#page))) under = fill;
    }
    const onPicture = images.some(
      (each) => each.order < order && each.order > under.order && contains(each.bounds, bounds),
    );
    return isSameColour(colour, onPicture ? paper : under.colour);
  }
}

/** Whether PDFium can draw a text. For fonts that are not embedded, it only has Latin letters and common symbols. */
function isDrawn({ text, object }: TextRun): boolean {
  return object.font.embedded || !/[^ -\u024f\u2000-\u22ff\u25a0-\u27bf]/.test(text);
}

const paper = '#ffffff';

function pictureOver(images: Picture[], bounds: Bounds, order: number): { isBox: boolean } | null {
  const isOver = images.some((each) => each.order > order && contains(each.bounds, bounds));
  return isOver ? { isBox: false } : null;
}

function isWithin(bounds: Bounds, page: Bounds): boolean {
  return shareInside(bounds, page) > 0.95;
}
