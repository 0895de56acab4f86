import { type Box, bottom, right } from '../model/box.ts';
import type { GrayPicture } from '../model/pixels.ts';

/** Minimum contrast, of 255. An area of nearly one shade has no writing. */
const minContrast = 40;

/**
 * Returns the stroke width of the writing in a box, in pixels: its ink relative to its outline. Null without writing.
 */
export function strokeWidth({ width, height, pixels }: GrayPicture, box: Box, scale: number): number | null {
  const [left, top] = [Math.max(0, Math.floor(box.x * scale)), Math.max(0, Math.floor(box.y * scale))];
  const [end, under] = [
    Math.min(width, Math.ceil(right(box) * scale)),
    Math.min(height, Math.ceil(bottom(box) * scale)),
  ];
  let [darkest, lightest, sum] = [255, 0, 0];
  for (let y = top; y < under; y += 1) {
    for (let x = left; x < end; x += 1) {
      const shade = pixels[y * width + x] ?? 0;
      if (shade < darkest) darkest = shade;
      if (shade > lightest) lightest = shade;
      sum += shade;
    }
  }
  if (lightest - darkest < minContrast) return null;
  const half = (darkest + lightest) / 2;
  let outline = 0;
  for (let y = top; y < under; y += 1) {
    for (let x = left; x < end; x += 1) {
      const isDark = (pixels[y * width + x] ?? 0) < half;
      if (x + 1 < end && isDark !== (pixels[y * width + x + 1] ?? 0) < half) outline += 1;
      if (y + 1 < under && isDark !== (pixels[(y + 1) * width + x] ?? 0) < half) outline += 1;
    }
  }
  const pixelCount = (end - left) * (under - top);
  // Intermediate shades count in part, because strokes are hardly wider than a pixel.
  const dark = (lightest * pixelCount - sum) / (lightest - darkest);
  // The larger part of a box is its background, which may be dark.
  return outline === 0 ? null : (2 * Math.min(dark, pixelCount - dark)) / outline;
}
