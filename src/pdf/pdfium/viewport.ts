import type { Box, Size } from '../model/box.ts';

/** A rectangle of the page as PDF has it: y grows upwards. */
export interface Bounds {
  left: number;
  bottom: number;
  right: number;
  top: number;
}

/** Quarter turns counterclockwise. */
export type Quarter = 0 | 1 | 2 | 3;

/** Maps places of a page to the page turned so that text which runs in one direction is upright, from its top left. */
export class Viewport {
  readonly width: number;
  readonly height: number;
  readonly #page: Bounds;
  readonly #quarter: Quarter;

  /** `quarter` is the direction of the text: 0 to the right, 1 upwards, 2 to the left, 3 downwards. */
  constructor(page: Bounds, quarter: Quarter) {
    this.#page = page;
    this.#quarter = quarter;
    const { width, height } = sizeOf(page, quarter);
    this.width = width;
    this.height = height;
  }

  toBox({ left, bottom, right, top }: Bounds): Box {
    const { left: x0, bottom: y0, right: x1, top: y1 } = this.#page;
    const [width, height] = [right - left, top - bottom];
    switch (this.#quarter) {
      case 0:
        return { x: left - x0, y: y1 - top, width, height };
      case 1:
        return { x: bottom - y0, y: left - x0, width: height, height: width };
      case 2:
        return { x: x1 - right, y: bottom - y0, width, height };
      case 3:
        return { x: y1 - top, y: x1 - right, width: height, height: width };
    }
  }
}

/** The size of a page turned by quarters. */
export function sizeOf({ left, bottom, right, top }: Bounds, quarter: Quarter): Size {
  const [width, height] = [right - left, top - bottom];
  return quarter % 2 === 0 ? { width, height } : { width: height, height: width };
}
