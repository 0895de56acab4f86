import type { GrayPicture } from '../model/pixels.ts';

/** Side of the squares that a picture is examined by, in pixels. */
const side = 8;
/** Maximum difference of shades within an even square: compression causes less around what it shows. */
const maxDifference = 8;
/** Minimum share of even squares in a picture with text: charts and screenshots have an even ground, photos do not. */
const minEven = 0.3;
/** Distances at which even squares are looked for, in squares. Letters stand on the ground of the nearest ones. */
const distances = [1, 2, 4, 8];

/** The ground of a picture: paper, bars and boxes. */
export interface Ground {
  across: number;
  down: number;
  /** The shade of each even square, row by row; -1 for others. */
  shades: Int16Array;
}

export function findGround(picture: GrayPicture): Ground {
  const [across, down] = [Math.ceil(picture.width / side), Math.ceil(picture.height / side)];
  const shades = new Int16Array(across * down);
  for (let row = 0, index = 0; row < down; row += 1) {
    for (let column = 0; column < across; column += 1, index += 1) shades[index] = shadeOf(picture, row, column);
  }
  return { across, down, shades };
}

/** Whether a picture may show text: it is not a photo, and not an empty area. */
export function mayShowText({ shades }: Ground): boolean {
  const even = shades.reduce((sum, shade) => (shade < 0 ? sum : sum + 1), 0);
  return even >= minEven * shades.length && even < shades.length;
}

/**
 * Returns the picture on white paper, without its bars and boxes. What has a shade of the ground around it becomes
 * white, and everything else is the darker, the more it differs, so that white letters on a bar are black as well.
 */
export function onWhite(picture: GrayPicture, ground: Ground): GrayPicture {
  const { width, height, pixels } = picture;
  const target = new Uint8Array(pixels.length).fill(255);
  for (let row = 0, index = 0; row < ground.down; row += 1) {
    for (let column = 0; column < ground.across; column += 1, index += 1) {
      if ((ground.shades[index] ?? 0) >= 0) continue;
      const around = shadesAround(ground, row, column);
      for (let y = row * side; y < Math.min(height, (row + 1) * side); y += 1) {
        for (let at = y * width + column * side, end = Math.min(at + side, (y + 1) * width); at < end; at += 1) {
          const shade = pixels[at] ?? 0;
          let difference = 255;
          for (const each of around) difference = Math.min(difference, Math.abs(shade - each));
          target[at] = 255 - difference;
        }
      }
    }
  }
  return { width, height, pixels: target };
}

/** Returns the mean shade of a square, or -1 if it is not even. */
function shadeOf({ width, height, pixels }: GrayPicture, row: number, column: number): number {
  let [darkest, lightest, sum, count] = [255, 0, 0, 0];
  for (let y = row * side; y < Math.min(height, (row + 1) * side); y += 1) {
    for (let at = y * width + column * side, end = Math.min(at + side, (y + 1) * width); at < end; at += 1) {
      const shade = pixels[at] ?? 0;
      if (shade < darkest) darkest = shade;
      if (shade > lightest) lightest = shade;
      sum += shade;
      count += 1;
    }
  }
  return lightest - darkest > maxDifference ? -1 : Math.round(sum / count);
}

/** Returns the shades of the nearest even squares; white if no square is even. */
function shadesAround({ across, down, shades }: Ground, row: number, column: number): number[] {
  for (const distance of distances) {
    const found = new Set<number>();
    for (let y = Math.max(0, row - distance); y <= Math.min(down - 1, row + distance); y += 1) {
      for (let x = Math.max(0, column - distance); x <= Math.min(across - 1, column + distance); x += 1) {
        const shade = shades[y * across + x] ?? -1;
        if (shade >= 0) found.add(shade);
      }
    }
    if (found.size > 0) return [...found];
  }
  return [255];
}
