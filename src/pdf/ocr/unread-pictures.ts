import { type Box, bottom, right, union } from '../model/box.ts';
import type { ReadPage } from '../model/read-page.ts';

/** Thresholds of pictures that may show text. Lengths are in points. */
export const pictureSettings = {
  /** Minimum sides: smaller pictures are logos, icons and lines of decoration. */
  minWidth: 100,
  minHeight: 40,
  /** Maximum number of pictures that are read on one page, the largest first. */
  maxPictures: 8,
  /** Maximum number of pictures that are examined: patterns and maps consist of thousands. */
  maxExamined: 200,
  /** Maximum gap between the strips or tiles of one picture. */
  tileGap: 1,
};

/** Returns the pictures that may show text that the page does not have: large enough, and without text over them. */
export function unreadPictures({ images, width, height, pieces, turned }: ReadPage): Box[] {
  const { minWidth, minHeight, maxPictures, maxExamined } = pictureSettings;
  if (images.length === 0 || images.length > maxExamined) return [];
  const texts = [...pieces, ...turned];
  const isFree = (box: Box) => !texts.some((text) => overlaps(text, box));
  const free = images
    .map((image) => within(image, width, height))
    .filter((box) => box.width > 0 && box.height > 0 && isFree(box));
  return joinTiles(free, isFree)
    .filter((box) => box.width >= minWidth && box.height >= minHeight)
    .sort((a, b) => b.width * b.height - a.width * a.height)
    .slice(0, maxPictures);
}

function within(box: Box, width: number, height: number): Box {
  const [x, y] = [Math.max(0, box.x), Math.max(0, box.y)];
  return { x, y, width: Math.min(width, right(box)) - x, height: Math.min(height, bottom(box)) - y };
}

/**
 * Joins pictures that overlap or touch, unless text stands between them. Producers cut pictures into strips and tiles,
 * and paint shadows separately.
 */
function joinTiles(images: Box[], isFree: (box: Box) => boolean): Box[] {
  const joined: Box[] = [];
  for (let box of images) {
    const joins = (other: Box) => touches(other, box) && isFree(union([other, box]));
    for (let index = joined.findIndex(joins); index >= 0; index = joined.findIndex(joins)) {
      box = union([box, ...joined.splice(index, 1)]);
    }
    joined.push(box);
  }
  return joined;
}

function touches(a: Box, b: Box): boolean {
  const { tileGap } = pictureSettings;
  return (
    Math.min(right(a), right(b)) - Math.max(a.x, b.x) > -tileGap &&
    Math.min(bottom(a), bottom(b)) - Math.max(a.y, b.y) > -tileGap
  );
}

/** Whether a text stands over a box, by more than the ascent of a line that touches it. */
function overlaps(text: Box, box: Box): boolean {
  const across = Math.min(right(text), right(box)) - Math.max(text.x, box.x);
  const down = Math.min(bottom(text), bottom(box)) - Math.max(text.y, box.y);
  return across > 0 && down > 0.5 * Math.min(text.height, box.height);
}
