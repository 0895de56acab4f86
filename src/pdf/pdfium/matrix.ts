import type { Bounds } from './viewport.ts';

/** An affine map: x' = ax + cy + e, y' = bx + dy + f. */
export type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

export const identity: Matrix = [1, 0, 0, 1, 0, 0];

/** Returns the map that applies `inner` first, then `outer`. */
export function multiply(inner: Matrix, outer: Matrix): Matrix {
  const [a, b, c, d, e, f] = inner;
  const [A, B, C, D, E, F] = outer;
  return [a * A + b * C, a * B + b * D, c * A + d * C, c * B + d * D, e * A + f * C + E, e * B + f * D + F];
}

export function mapPoint([a, b, c, d, e, f]: Matrix, x: number, y: number): [number, number] {
  return [a * x + c * y + e, b * x + d * y + f];
}

/** Returns the box around a mapped box. */
export function mapBounds(matrix: Matrix, { left, bottom, right, top }: Bounds): Bounds {
  if (matrix === identity) return { left, bottom, right, top };
  const corners = [
    mapPoint(matrix, left, bottom),
    mapPoint(matrix, right, bottom),
    mapPoint(matrix, left, top),
    mapPoint(matrix, right, top),
  ];
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  return { left: Math.min(...xs), right: Math.max(...xs), bottom: Math.min(...ys), top: Math.max(...ys) };
}

export function intersect(a: Bounds, b: Bounds): Bounds {
  return {
    left: Math.max(a.left, b.left),
    bottom: Math.max(a.bottom, b.bottom),
    right: Math.min(a.right, b.right),
    top: Math.min(a.top, b.top),
  };
}

export function isEmpty({ left, bottom, right, top }: Bounds): boolean {
  return !(right > left && top > bottom);
}

/** The share of a box that is inside another, from 0 to 1. */
export function shareInside(bounds: Bounds, outer: Bounds): number {
  const isInside =
    bounds.left >= outer.left &&
    bounds.right <= outer.right &&
    bounds.bottom >= outer.bottom &&
    bounds.top <= outer.top;
  if (isInside) return isEmpty(bounds) ? 0 : 1;
  const inner = intersect(bounds, outer);
  if (isEmpty(inner)) return 0;
  return areaOf(inner) / areaOf(bounds);
}

function areaOf({ left, right, bottom, top }: Bounds): number {
  return Math.max(right - left, 0.1) * Math.max(top - bottom, 0.1);
}

/** Whether the centre of a box is within another one. */
export function contains({ left, right, bottom, top }: Bounds, inner: Bounds): boolean {
  const [x, y] = [(inner.left + inner.right) / 2, (inner.bottom + inner.top) / 2];
  return x >= left && x <= right && y >= bottom && y <= top;
}
