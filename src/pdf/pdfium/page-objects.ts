import { Extent } from './extent.ts';
import { identity, intersect, isEmpty, type Matrix, mapBounds, multiply } from './matrix.ts';
import type { PaintedPaths } from './painted.ts';
import { PathPoints } from './path-points.ts';
import { matrixOf, PathReader, pathLimits } from './paths.ts';
import type { Pdfium } from './pdfium.ts';
import type { Bounds } from './viewport.ts';

/** What a page paints beside and under its text, in the order it is painted, in the coordinates of the page. */
export interface PageObjects extends PaintedPaths {
  /** Where each text object comes in the order of painting, by its handle. */
  texts: Map<number, PaintedText>;
  /** Some objects belong to optional content, such as layers. */
  hasLayers: boolean;
}

export interface PaintedText {
  order: number;
  /** What the clipping path leaves, at most; null where nothing clips it. */
  clip: Bounds | null;
  transparent: boolean;
  layered: boolean;
}

/** Kinds of page objects, as PDFium counts them. */
const kinds = { text: 1, path: 2, image: 3, shading: 4, form: 5 };

/** Limits of a page: the objects that are read, and the forms within forms. */
const limits = { objects: 200_000, depth: 24 };

/** Walks through the objects of a page, forms included. */
export function readObjects(pdfium: Pdfium, page: number): PageObjects {
  return new ObjectReader(pdfium).read(page);
}

class ObjectReader {
  readonly #pdfium: Pdfium;
  readonly #found: PageObjects = { fills: [], images: [], bars: [], segments: [], texts: new Map(), hasLayers: false };
  /** Whether each mark is that of optional content: objects share their marks. */
  readonly #marks = new Map<number, boolean>();
  readonly #paths: PathReader;
  #order = 0;

  constructor(pdfium: Pdfium) {
    this.#pdfium = pdfium;
    this.#paths = new PathReader(pdfium, this.#found);
  }

  read(page: number): PageObjects {
    const { api } = this.#pdfium;
    const count = api.FPDFPage_CountObjects(page);
    for (let index = 0; index < count && this.#order < limits.objects; index += 1) {
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
      this.#paths.read(object, { order: this.#order, matrix, clip });
    } else if (kind === kinds.image || kind === kinds.shading) {
      const bounds = this.#boundsOf(object, matrix, clip);
      if (bounds !== null) this.#found.images.push({ order: this.#order, bounds, isShading: kind === kinds.shading });
    } else if (kind === kinds.form && depth < limits.depth) {
      this.#form(object, matrix, clip, layered, depth);
    }
  }

  #form(object: number, matrix: Matrix, clip: Bounds | null, layered: boolean, depth: number): void {
    const { api } = this.#pdfium;
    const inner = multiply(matrixOf(this.#pdfium, object), matrix);
    const count = api.FPDFFormObj_CountObjects(object);
    for (let index = 0; index < count && this.#order < limits.objects; index += 1) {
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

  #boundsOf(object: number, matrix: Matrix, clip: Bounds | null): Bounds | null {
    const { api, numbers } = this.#pdfium;
    if (api.FPDFPageObj_GetBounds(object, numbers, numbers + 4, numbers + 8, numbers + 12) === 0) return null;
    const [left, bottom] = [this.#pdfium.float(0), this.#pdfium.float(1)];
    const bounds = mapBounds(matrix, { left, bottom, right: this.#pdfium.float(2), top: this.#pdfium.float(3) });
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
    if (count <= 0 || count > pathLimits.ofOne) return null;
    const points = new PathPoints(this.#pdfium, api.FPDFClipPath_GetPathSegment(path, index, 0), matrix);
    const box = new Extent();
    for (let each = 0; each < count; each += 1) {
      const [x, y] = points.at(each);
      box.add(x, y);
    }
    return box.bounds;
  }
}
