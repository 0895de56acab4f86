import { Extent } from './extent.ts';
import { identity, intersect, isEmpty, type Matrix, mapBounds, mapPoint, multiply } from './matrix.ts';
import type { Pdfium } from './pdfium.ts';
import { clipped, isStraight, type Segment } from './segments.ts';
import { toColour } from './text-objects.ts';
import type { Bounds } from './viewport.ts';

/** What a page paints beside and under its text, in the order it is painted, in the coordinates of the page. */
export interface PageObjects {
  fills: Fill[];
  images: Picture[];
  /** Strokes that are broad enough to cover text. */
  bars: Cover[];
  segments: Segment[];
  /** Where each text object comes in the order of painting, by its handle. */
  texts: Map<number, PaintedText>;
  /** Some objects belong to optional content, such as layers. */
  hasLayers: boolean;
}

/** Something that is painted over what is under it. */
export interface Cover {
  order: number;
  bounds: Bounds;
  opacity: number;
  /** It covers all of its bounds: an upright rectangle. */
  isBox: boolean;
}

/** A filled path. */
export interface Fill extends Cover {
  colour: string;
  curved: boolean;
}

/** An image or a shading. */
export interface Picture {
  order: number;
  bounds: Bounds;
  isShading: boolean;
}

export interface PaintedText {
  order: number;
  /** What the clipping path leaves, at most; null where nothing clips it. */
  clip: Bounds | null;
  transparent: boolean;
  layered: boolean;
}

/** Kinds of page objects, and of segments, as PDFium counts them. */
const kinds = { text: 1, path: 2, image: 3, shading: 4, form: 5 };
const segmentKinds = { line: 0, curve: 1, move: 2 };

/** Width of a stroke from which on it may cover text, in points. */
const leastBar = 3;

/** Limits of a page: objects that are looked at, forms within forms, segments of a path and of all paths. */
export const objectLimits = { objects: 200_000, depth: 24, pathSegments: 20_000, segments: 50_000 };

/** Walks through the objects of a page, forms included. */
export function readObjects(pdfium: Pdfium, page: number): PageObjects {
  return new ObjectReader(pdfium).read(page);
}

class ObjectReader {
  readonly #pdfium: Pdfium;
  readonly #found: PageObjects = { fills: [], images: [], bars: [], segments: [], texts: new Map(), hasLayers: false };
  /** Whether each mark is that of optional content: objects share their marks. */
  readonly #marks = new Map<number, boolean>();
  #order = 0;

  constructor(pdfium: Pdfium) {
    this.#pdfium = pdfium;
  }

  read(page: number): PageObjects {
    const { api } = this.#pdfium;
    const count = api.FPDFPage_CountObjects(page);
    for (let index = 0; index < count && this.#order < objectLimits.objects; index += 1) {
      this.#visit(api.FPDFPage_GetObject(page, index), identity, null, false, 0);
    }
    return this.#found;
  }

  #visit(object: number, matrix: Matrix, outerClip: Bounds | null, outerLayer: boolean, depth: number): void {
    if (object === 0) return;
    const { api } = this.#pdfium;
    this.#order += 1;
    const kind = api.FPDFPageObj_GetType(object);
    const layered = outerLayer || this.#isLayered(object);
    const clip = this.#clipOf(object, matrix, outerClip);
    if (kind === kinds.text) {
      const transparent = api.FPDFPageObj_HasTransparency(object) === 1;
      this.#found.texts.set(object, { order: this.#order, clip, transparent, layered });
    } else if (kind === kinds.path) {
      this.#path(object, matrix, clip);
    } else if (kind === kinds.image || kind === kinds.shading) {
      const bounds = this.#boundsOf(object, matrix, clip);
      if (bounds !== null) this.#found.images.push({ order: this.#order, bounds, isShading: kind === kinds.shading });
    } else if (kind === kinds.form && depth < objectLimits.depth) {
      this.#form(object, matrix, clip, layered, depth);
    }
  }

  #form(object: number, matrix: Matrix, clip: Bounds | null, layered: boolean, depth: number): void {
    const { api } = this.#pdfium;
    const inner = multiply(this.#matrixOf(object), matrix);
    const count = api.FPDFFormObj_CountObjects(object);
    for (let index = 0; index < count && this.#order < objectLimits.objects; index += 1) {
      this.#visit(api.FPDFFormObj_GetObject(object, index), inner, clip, layered, depth + 1);
    }
  }

  #isLayered(object: number): boolean {
    const { api } = this.#pdfium;
    const count = api.FPDFPageObj_CountMarks(object);
    for (let index = 0; index < count; index += 1) {
      if (this.#isLayer(api.FPDFPageObj_GetMark(object, index))) {
        this.#found.hasLayers = true;
        return true;
      }
    }
    return false;
  }

  /** Optional content is marked by the name OC. */
  #isLayer(mark: number): boolean {
    const known = this.#marks.get(mark);
    if (known !== undefined) return known;
    const { api, numbers } = this.#pdfium;
    const name = this.#pdfium.utf16((buffer, bytes) => {
      const isRead = api.FPDFPageObjMark_GetName(mark, buffer, bytes, numbers) === 1;
      return isRead ? this.#pdfium.integer(0) : 0;
    });
    this.#marks.set(mark, name === 'OC');
    return name === 'OC';
  }

  #matrixOf(object: number): Matrix {
    const { api, numbers } = this.#pdfium;
    if (api.FPDFPageObj_GetMatrix(object, numbers) === 0) return identity;
    const at = (index: number) => this.#pdfium.float(index);
    return [at(0), at(1), at(2), at(3), at(4), at(5)];
  }

  #boundsOf(object: number, matrix: Matrix, clip: Bounds | null): Bounds | null {
    const { api, numbers } = this.#pdfium;
    if (api.FPDFPageObj_GetBounds(object, numbers, numbers + 4, numbers + 8, numbers + 12) === 0) return null;
    const at = (index: number) => this.#pdfium.float(index);
    const bounds = mapBounds(matrix, { left: at(0), bottom: at(1), right: at(2), top: at(3) });
    const visible = clip === null ? bounds : intersect(bounds, clip);
    return isEmpty(visible) ? null : visible;
  }

  /** The box around what all clipping paths of an object leave. */
  #clipOf(object: number, matrix: Matrix, outer: Bounds | null): Bounds | null {
    const { api } = this.#pdfium;
    const path = api.FPDFPageObj_GetClipPath(object);
    const count = path === 0 ? 0 : api.FPDFClipPath_CountPaths(path);
    let clip = outer;
    for (let index = 0; index < count; index += 1) {
      const box = this.#clipBounds(path, index, matrix);
      if (box !== null) clip = clip === null ? box : intersect(clip, box);
    }
    return clip;
  }

  #clipBounds(path: number, index: number, matrix: Matrix): Bounds | null {
    const { api } = this.#pdfium;
    const count = api.FPDFClipPath_CountPathSegments(path, index);
    if (count <= 0 || count > objectLimits.pathSegments) return null;
    const box = new Extent();
    for (let each = 0; each < count; each += 1) {
      const point = this.#pointOf(api.FPDFClipPath_GetPathSegment(path, index, each), matrix);
      if (point !== null) box.add(point);
    }
    return box.bounds;
  }

  #pointOf(segment: number, matrix: Matrix): [number, number] | null {
    const { api, numbers } = this.#pdfium;
    if (segment === 0 || api.FPDFPathSegment_GetPoint(segment, numbers, numbers + 4) === 0) return null;
    return mapPoint(matrix, this.#pdfium.float(0), this.#pdfium.float(1));
  }

  #path(object: number, matrix: Matrix, clip: Bounds | null): void {
    const { api, numbers } = this.#pdfium;
    if (api.FPDFPath_GetDrawMode(object, numbers, numbers + 4) === 0) return;
    const [fillMode, isStroked] = [this.#pdfium.integer(0), this.#pdfium.integer(1) !== 0];
    if (fillMode === 0 && !isStroked) return;
    const count = api.FPDFPath_CountSegments(object);
    if (count <= 0 || count > objectLimits.pathSegments) return;
    const inner = multiply(this.#matrixOf(object), matrix);
    const outline = this.#outline(object, count, inner, clip);
    if (fillMode !== 0) this.#fill(object, outline, clip);
    if (isStroked) this.#bar(object, outline, inner, clip);
  }

  #bar(object: number, { bounds }: Outline, [a, b, c, d]: Matrix, clip: Bounds | null): void {
    const { api, numbers } = this.#pdfium;
    if (bounds === null || api.FPDFPageObj_GetStrokeWidth(object, numbers) === 0) return;
    const half = (this.#pdfium.float(0) * Math.sqrt(Math.abs(a * d - b * c))) / 2;
    if (half < leastBar / 2) return;
    const { left, bottom, right, top } = bounds;
    const reach = { left: left - half, bottom: bottom - half, right: right + half, top: top + half };
    const visible = clip === null ? reach : intersect(reach, clip);
    if (isEmpty(visible)) return;
    const opacity = api.FPDFPageObj_HasTransparency(object) === 1 ? 0.99 : 1;
    this.#found.bars.push({ order: this.#order, bounds: visible, opacity, isBox: false });
  }

  /** Follows a path: collects its straight segments, and says what it reaches. */
  #outline(object: number, count: number, matrix: Matrix, clip: Bounds | null): Outline {
    const { api } = this.#pdfium;
    const extent = new Extent();
    let [curved, corners, straightSides] = [false, 0, 0];
    let start: [number, number] = [0, 0];
    let at: [number, number] = [0, 0];
    const line = (to: [number, number]) => {
      straightSides += this.#segment(at, to, clip) ? 1 : 0;
      corners += 1;
    };
    for (let index = 0; index < count; index += 1) {
      const segment = api.FPDFPath_GetPathSegment(object, index);
      const kind = api.FPDFPathSegment_GetType(segment);
      const point = this.#pointOf(segment, matrix);
      if (point === null) continue;
      extent.add(point);
      if (kind === segmentKinds.move) start = point;
      else if (kind === segmentKinds.line) line(point);
      else curved = true;
      at = point;
      if (api.FPDFPathSegment_GetClose(segment) === 1) {
        if (at[0] !== start[0] || at[1] !== start[1]) line(start);
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
  #segment(from: [number, number], to: [number, number], clip: Bounds | null): boolean {
    if (!isStraight(from, to)) return false;
    if (this.#found.segments.length < objectLimits.segments) {
      const kept = clip === null ? { from, to } : clipped(from, to, clip);
      if (kept !== null) this.#found.segments.push(kept);
    }
    return true;
  }

  #fill(object: number, { bounds, curved, isBox }: Outline, clip: Bounds | null): void {
    const { api, numbers } = this.#pdfium;
    const visible = bounds === null || clip === null ? bounds : intersect(bounds, clip);
    if (visible === null || isEmpty(visible)) return;
    if (api.FPDFPageObj_GetFillColor(object, numbers, numbers + 4, numbers + 8, numbers + 12) === 0) {
      // A pattern: like a picture, it may have any colour anywhere.
      this.#found.images.push({ order: this.#order, bounds: visible, isShading: true });
      return;
    }
    const at = (index: number) => this.#pdfium.integer(index);
    const colour = toColour(at(0), at(1), at(2));
    const hasBlend = api.FPDFPageObj_HasTransparency(object) === 1;
    this.#found.fills.push({
      order: this.#order,
      bounds: visible,
      colour,
      opacity: hasBlend ? Math.min(at(3) / 255, 0.99) : 1,
      curved,
      isBox,
    });
  }
}

interface Outline {
  bounds: Bounds | null;
  curved: boolean;
  isBox: boolean;
}
