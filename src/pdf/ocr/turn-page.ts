import type { Box, Size } from '../model/box.ts';
import type { GrayPicture } from '../model/pixels.ts';
import type { ReadPage, Turn } from '../model/read-page.ts';

/**
 * Turns the content of a page so that it belongs to the displayed page turned by `turn`. Its text is no longer upright
 * then. Does not turn drawings, because OCR finds its own.
 */
export function turnPage(page: ReadPage, turn: Turn): ReadPage {
  const by = (turn - page.turn + 360) % 360;
  if (by === 0) return page;
  const turned = <Item extends Box>(item: Item): Item => ({ ...item, ...turnBox(item, page, by) });
  return {
    ...page,
    ...turnSize(page, by),
    turn,
    pieces: [],
    turned: [...page.pieces, ...page.turned].map((piece) => ({ ...turned(piece), turned: true })),
    images: page.images.map(turned),
    links: page.links.map((link) => ({ ...link, boxes: link.boxes.map(turned) })),
    annotations: page.annotations.map(turned),
    formFields: page.formFields.map(turned),
  };
}

function turnBox({ x, y, width, height }: Box, page: Size, by: number): Box {
  if (by === 90) return { x: page.height - y - height, y: x, width: height, height: width };
  if (by === 180) return { x: page.width - x - width, y: page.height - y - height, width, height };
  return { x: y, y: page.width - x - width, width: height, height: width };
}

/** Returns the size after a turn by `by` degrees. */
export function turnSize({ width, height }: Size, by: number): Size {
  return by % 180 === 0 ? { width, height } : { width: height, height: width };
}

/** Turns a picture clockwise. */
export function turnPicture(picture: GrayPicture, by: Turn): GrayPicture {
  if (by === 0) return picture;
  const { width, height, pixels } = picture;
  const target = { ...turnSize(picture, by), pixels: new Uint8Array(pixels.length) };
  // The offset of the first pixel, and the steps to the next pixel on the right and below.
  const [start, right, down] = stepsOf(by, width, height);
  for (let y = 0, from = 0; y < height; y += 1) {
    for (let x = 0, to = start + y * down; x < width; x += 1, from += 1, to += right) {
      target.pixels[to] = pixels[from] ?? 0;
    }
  }
  return target;
}

function stepsOf(by: Turn, width: number, height: number): [start: number, right: number, down: number] {
  if (by === 90) return [height - 1, height, -1];
  if (by === 180) return [width * height - 1, -1, -width];
  return [(width - 1) * height, -height, 1];
}
