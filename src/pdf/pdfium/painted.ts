import type { Segment } from './segments.ts';
import type { Bounds } from './viewport.ts';

/** What paths paint, and pictures: all that may cover text or be a rule, in the coordinates of the page. */
export interface PaintedPaths {
  fills: Fill[];
  images: Picture[];
  /** Strokes broad enough to cover text. */
  bars: Cover[];
  segments: Segment[];
}

/** An object that may cover the objects under it. */
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
