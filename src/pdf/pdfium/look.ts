import { Bitmap, BitmapError } from './bitmap.ts';
import type { Pdfium } from './pdfium.ts';
import { type Bounds, type Quarter, sizeOf, Viewport } from './viewport.ts';
import type { Suspect } from './visibility.ts';

/** Thresholds of looking at a page. */
export const lookSettings = {
  /** Pixels that the height of the smallest suspect takes, at least: below it, strokes are too faint to be seen. */
  leastHeight: 8,
  /** Pixels of a point, at most and at least. */
  mostScale: 3,
  leastScale: 0.5,
  /** Pixels of a picture, at most: larger ones cost more than they tell. */
  mostPixels: 6_000_000,
  /** Difference in one colour, from 0 to 255, that is seen. */
  leastDifference: 12,
  /** Share of the pixels of a word that must differ for it to be seen: letters take a fifth of their box. */
  leastShare: 0.015,
};

/**
 * Returns the suspects that a reader does not see: a page is drawn with and without their text objects, and where that makes no difference
 * nothing is seen, whatever blend modes, masks, layers, clips and covers are the cause.
 */
export function lookAt(
  pdfium: Pdfium,
  page: number,
  bounds: Bounds,
  rotation: Quarter,
  suspects: Suspect[],
): Set<Suspect> {
  const likely = () => new Set(suspects.filter((suspect) => suspect.likely));
  const display = new Viewport(bounds, rotation);
  const scale = scaleOf(suspects, sizeOf(bounds, rotation));
  const size = { width: Math.ceil(display.width * scale), height: Math.ceil(display.height * scale) };
  if (!(size.width > 0 && size.height > 0) || size.width * size.height > lookSettings.mostPixels) return likely();
  const objects = new Set(suspects.flatMap((suspect) => [...suspect.objects]));
  try {
    using shown = new Bitmap(pdfium, size);
    using without = new Bitmap(pdfium, size);
    shown.draw(page);
    for (const object of objects) pdfium.api.FPDFPageObj_SetIsActive(object, 0);
    without.draw(page);
    for (const object of objects) pdfium.api.FPDFPageObj_SetIsActive(object, 1);
    return new Set(suspects.filter((suspect) => !differs(shown, without, display, scale, suspect.bounds)));
  } catch (error) {
    if (error instanceof BitmapError) return likely();
    throw error;
  }
}

function scaleOf(suspects: Suspect[], { width, height }: { width: number; height: number }): number {
  const { leastHeight, mostScale, leastScale, mostPixels } = lookSettings;
  const smallest = suspects.reduce(
    (least, { bounds }) => Math.min(least, bounds.right - bounds.left, bounds.top - bounds.bottom),
    Infinity,
  );
  const wanted = Math.min(mostScale, Math.max(1, leastHeight / Math.max(smallest, 0.1)));
  return Math.max(leastScale, Math.min(wanted, Math.sqrt(mostPixels / (width * height)) * 0.99));
}

function differs(a: Bitmap, b: Bitmap, display: Viewport, scale: number, bounds: Bounds): boolean {
  const { leastDifference, leastShare } = lookSettings;
  const box = display.toBox(bounds);
  const [x0, y0] = [Math.max(0, Math.floor(box.x * scale)), Math.max(0, Math.floor(box.y * scale))];
  const x1 = Math.min(a.width, Math.ceil((box.x + box.width) * scale));
  const y1 = Math.min(a.height, Math.ceil((box.y + box.height) * scale));
  const [first, second] = [a.pixels, b.pixels];
  let different = 0;
  for (let y = y0; y < y1; y += 1) {
    for (let at = 4 * (y * a.width + x0); at < 4 * (y * a.width + x1); at += 4) {
      const isDifferent =
        Math.abs((first[at] ?? 0) - (second[at] ?? 0)) > leastDifference ||
        Math.abs((first[at + 1] ?? 0) - (second[at + 1] ?? 0)) > leastDifference ||
        Math.abs((first[at + 2] ?? 0) - (second[at + 2] ?? 0)) > leastDifference;
      if (isDifferent) different += 1;
    }
  }
  return different > leastShare * (x1 - x0) * (y1 - y0);
}
