import { Extent } from './extent.ts';
import { identity, intersect, isEmpty, type Matrix, multiply } from './matrix.ts';
import type { PaintedPaths } from './painted.ts';
import { PathPoints, type Point } from './path-points.ts';
import type { Pdfium } from './pdfium.ts';
import { clipped, isStraight } from './segments.ts';
import { toColour } from './text-objects.ts';
import type { Bounds } from './viewport.ts';

/** Kinds of segments, as PDFium counts them. */
const segmentKinds = { line: 0, curve: 1, move: 2 };

/** Minimum width of a stroke that may cover text, in points. */
const minBar = 3;

/** Limits of segments: those of one path, and the straight ones of all paths. */
export const pathLimits = { ofOne: 20_000, ofAll: 50_000 };

/** How an object is painted. */
interface Painted {
  order: number;
  matrix: Matrix;
  /** What the clipping paths leave, at most; null where nothing clips. */
  clip: Bounds | null;
}

interface Outline {
  bounds: Bounds | null;
  curved: boolean;
  isBox: boolean;
}

/** Reads what paths paint: fills, broad strokes, and segments along an axis. */
export class PathReader {
  readonly #pdfium: Pdfium;
  readonly #found: PaintedPaths;

  /** Adds to `found`. */
  constructor(pdfium: Pdfium, found: PaintedPaths) {
    this.#pdfium = pdfium;
    this.#found = found;
  }

  /** Reads a path with its fill and stroke. */
  read(object: number, { order, matrix, clip }: Painted): void {
    const { api, numbers } = this.#pdfium;
    if (api.FPDFPath_GetDrawMode(object, numbers, numbers + 4) === 0) return;
    const [fillMode, isStroked] = [this.#pdfium.integer(0), this.#pdfium.integer(1) !== 0];
    if (fillMode === 0 && !isStroked) return;
    const count = api.FPDFPath_CountSegments(object);
    if (count <= 0 || count > pathLimits.ofOne) return;
    const inner = multiply(matrixOf(this.#pdfium, object), matrix);
    const outline = this.#outline(object, count, inner, clip);
    if (fillMode !== 0) this.#fill(object, outline, { order, clip });
    if (isStroked) this.#bar(object, outline, { order, matrix: inner, clip });
  }

  #bar(object: number, { bounds }: Outline, { order, matrix: [a, b, c, d], clip }: Painted): void {
    const { api, numbers } = this.#pdfium;
    if (bounds === null || api.FPDFPageObj_GetStrokeWidth(object, numbers) === 0) return;
    const half = (this.#pdfium.float(0) * Math.sqrt(Math.abs(a * d - b * c))) / 2;
    if (half < minBar / 2) return;
    const { left, bottom, right, top } = bounds;
    const reach = { left: left - half, bottom: bottom - half, right: right + half, top: top + half };
    const visible = clip === null ? reach : intersect(reach, clip);
    if (isEmpty(visible)) return;
    const opacity = api.FPDFPageObj_HasTransparency(object) === 1 ? 0.99 : 1;
    this.#found.bars.push({ order, bounds: visible, opacity, isBox: false });
  }

  /** Follows a path: collects its straight segments, and returns the area it covers. */
  #outline(object: number, count: number, matrix: Matrix, clip: Bounds | null): Outline {
    const points = new PathPoints(this.#pdfium, this.#pdfium.api.FPDFPath_GetPathSegment(object, 0), matrix);
    const extent = new Extent();
    let [curved, corners, straightSides] = [false, 0, 0];
    let start: Point = [0, 0];
    let at: Point = [0, 0];
    for (let index = 0; index < count; index += 1) {
      const kind = points.kind(index);
      const point = points.at(index);
      extent.add(point[0], point[1]);
      if (kind === segmentKinds.move) {
        start = point;
      } else if (kind === segmentKinds.line) {
        corners += 1;
        if (this.#segment(at, point, clip)) straightSides += 1;
      } else {
        curved = true;
      }
      at = point;
      if (points.closes(index)) {
        if (at[0] !== start[0] || at[1] !== start[1]) {
          corners += 1;
          if (this.#segment(at, start, clip)) straightSides += 1;
        }
        at = start;
      }
    }
    return {
      bounds: extent.bounds,
      curved,
      isBox: !curved && straightSides >= 3 && straightSides === corners && corners <= 4,
    };
  }

  /** Keeps a segment that runs along an axis, as far as the clip leaves it; reports whether it does. */
  #segment(from: Point, to: Point, clip: Bounds | null): boolean {
    if (!isStraight(from, to)) return false;
    if (this.#found.segments.length < pathLimits.ofAll) {
      const kept = clip === null ? { from, to } : clipped(from, to, clip);
      if (kept !== null) this.#found.segments.push(kept);
    }
    return true;
  }

  #fill(object: number, { bounds, curved, isBox }: Outline, { order, clip }: Omit<Painted, 'matrix'>): void {
    const { api, numbers } = this.#pdfium;
    const visible = bounds === null || clip === null ? bounds : intersect(bounds, clip);
    if (visible === null || isEmpty(visible)) return;
    if (api.FPDFPageObj_GetFillColor(object, numbers, numbers + 4, numbers + 8, numbers + 12) === 0) {
      // A pattern: like a picture, it may have any colour anywhere.
      this.#found.images.push({ order, bounds: visible, isShading: true });
      return;
    }
    const colour = toColour(this.#pdfium.integer(0), this.#pdfium.integer(1), this.#pdfium.integer(2));
    const alpha = this.#pdfium.integer(3);
    const hasBlend = api.FPDFPageObj_HasTransparency(object) === 1;
    this.#found.fills.push({
      order,
      bounds: visible,
      colour,
      opacity: hasBlend ? Math.min(alpha / 255, 0.99) : 1,
      curved,
      isBox,
    });
  }
}

/** The matrix of an object. */
export function matrixOf(pdfium: Pdfium, object: number): Matrix {
  if (pdfium.api.FPDFPageObj_GetMatrix(object, pdfium.numbers) === 0) return identity;
  return [pdfium.float(0), pdfium.float(1), pdfium.float(2), pdfium.float(3), pdfium.float(4), pdfium.float(5)];
}
