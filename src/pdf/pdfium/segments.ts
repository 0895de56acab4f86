import type { Bounds } from './viewport.ts';

/** A straight stroke, or a straight part of the outline of a filled path, along one axis. */
export interface Segment {
  from: readonly [number, number];
  to: readonly [number, number];
}

/** How far both ends of a segment along an axis may differ on the other one, in points. */
const straight = 1;

/** Reports whether a segment runs along an axis. */
export function isStraight(from: readonly [number, number], to: readonly [number, number]): boolean {
  return Math.abs(from[0] - to[0]) < straight || Math.abs(from[1] - to[1]) < straight;
}

/** Returns the part of a segment that a clip leaves; null if it leaves nothing. */
export function clipped(from: [number, number], to: [number, number], clip: Bounds): Segment | null {
  const clamp = ([x, y]: [number, number]): [number, number] => [
    Math.min(Math.max(x, clip.left - straight), clip.right + straight),
    Math.min(Math.max(y, clip.bottom - straight), clip.top + straight),
  ];
  const isOutside =
    Math.max(from[0], to[0]) < clip.left - straight ||
    Math.min(from[0], to[0]) > clip.right + straight ||
    Math.max(from[1], to[1]) < clip.bottom - straight ||
    Math.min(from[1], to[1]) > clip.top + straight;
  return isOutside ? null : { from: clamp(from), to: clamp(to) };
}
