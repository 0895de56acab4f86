/** A box in points from the top left of the page as displayed. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Width and height, in points or pixels. */
export interface Size {
  width: number;
  height: number;
}

/** The box of an object without a place on the page. */
export const noBox: Box = { x: 0, y: 0, width: 0, height: 0 };

/** Returns the right edge of a box. */
export function right(box: Box): number {
  return box.x + box.width;
}

/** Returns the lower edge of a box. */
export function bottom(box: Box): number {
  return box.y + box.height;
}

/** Returns the vertical centre of a box. */
export function middle(box: Box): number {
  return box.y + box.height / 2;
}

/** Whether the centre of a box lies within another box. */
export function isCentred(inner: Box, outer: Box): boolean {
  const [x, y] = [inner.x + inner.width / 2, middle(inner)];
  return x >= outer.x && x <= right(outer) && y >= outer.y && y <= bottom(outer);
}

/** Returns the smallest box around all boxes. */
export function union(boxes: Box[]): Box {
  let [x1, y1, x2, y2] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const box of boxes) {
    x1 = Math.min(x1, box.x);
    y1 = Math.min(y1, box.y);
    x2 = Math.max(x2, right(box));
    y2 = Math.max(y2, bottom(box));
  }
  return { x: x1, y: y1, width: x2 - x1, height: y2 - y1 };
}

/** Whether two boxes stand side by side: they share more than half of the smaller height. */
export function sameRow(a: Box, b: Box): boolean {
  return Math.min(bottom(a), bottom(b)) - Math.max(a.y, b.y) > 0.5 * Math.min(a.height, b.height);
}
