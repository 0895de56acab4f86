import { type Box, bottom, right, type Size, union } from '../model/box.ts';
import type { Suspect } from './backdrop.ts';
import { Bitmap, BitmapError } from './bitmap.ts';
import type { Pdfium } from './pdfium.ts';
import { type Bounds, type Quarter, Viewport } from './viewport.ts';

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
 * nothing is seen, whatever blend modes, masks, layers, clips and covers are the cause. `repeated` are text objects that paint text again.
 */
export function lookAt(
  pdfium: Pdfium,
  page: number,
  bounds: Bounds,
  rotation: Quarter,
  suspects: Suspect[],
  repeated: number[],
): Set<Suspect> {
  const likely = () => new Set(suspects.filter((suspect) => suspect.likely));
  const display = new Viewport(bounds, rotation);
  const boxes = new Map(suspects.map((suspect) => [suspect, display.toBox(suspect.bounds)]));
  const region = intersection(union([...boxes.values()]), { x: 0, y: 0, width: display.width, height: display.height });
  const scale = scaleOf(suspects, region);
  const size = { width: Math.ceil(region.width * scale), height: Math.ceil(region.height * scale) };
  if (!(size.width > 0 && size.height > 0) || size.width * size.height > lookSettings.mostPixels) return likely();
  const place = {
    x: Math.round(-region.x * scale),
    y: Math.round(-region.y * scale),
    width: Math.ceil(display.width * scale),
    height: Math.ceil(display.height * scale),
  };
  const onPicture = ({ x, y, width, height }: Box): Box => ({
    x: x * scale + place.x,
    y: y * scale + place.y,
    width: width * scale,
    height: height * scale,
  });
  const objects = new Set([...repeated, ...suspects.flatMap((suspect) => [...suspect.objects])]);
  try {
    using shown = new Bitmap(pdfium, size);
    using without = new Bitmap(pdfium, size);
    shown.draw(page, place);
    for (const object of objects) pdfium.api.FPDFPageObj_SetIsActive(object, 0);
    without.draw(page, place);
    for (const object of objects) pdfium.api.FPDFPageObj_SetIsActive(object, 1);
    return new Set(suspects.filter((suspect) => !differs(shown, without, onPicture(boxes.get(suspect) ?? region))));
  } catch (error) {
    if (error instanceof BitmapError) return likely();
    throw error;
  }
}

function intersection(a: Box, b: Box): Box {
  const [x, y] = [Math.max(a.x, b.x), Math.max(a.y, b.y)];
  return { x, y, width: Math.min(right(a), right(b)) - x, height: Math.min(bottom(a), bottom(b)) - y };
}

function scaleOf(suspects: Suspect[], { width, height }: Size): number {
  const { leastHeight, mostScale, leastScale, mostPixels } = lookSettings;
  const smallest = suspects.reduce(
    (least, { bounds }) => Math.min(least, bounds.right - bounds.left, bounds.top - bounds.bottom),
    Infinity,
  );
  const wanted = Math.min(mostScale, Math.max(1, leastHeight / Math.max(smallest, 0.1)));
  return Math.max(leastScale, Math.min(wanted, Math.sqrt(mostPixels / (width * height)) * 0.99));
}

/** Reports whether two pictures differ within a box. */
function differs(a: Bitmap, b: Bitmap, box: Box): boolean {
  const { leastDifference, leastShare } = lookSettings;
  const [x0, y0] = [Math.max(0, Math.floor(box.x)), Math.max(0, Math.floor(box.y))];
  const x1 = Math.min(a.width, Math.ceil(box.x + box.width));
  const y1 = Math.min(a.height, Math.ceil(box.y + box.height));
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
