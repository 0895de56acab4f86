import { type Box, bottom, right, type Size, union } from '../model/box.ts';
import type { Suspect } from './backdrop.ts';
import { Bitmap, BitmapError } from './bitmap.ts';
import type { Pdfium } from './pdfium.ts';
import { type Bounds, type Quarter, Viewport } from './viewport.ts';

/** Thresholds of looking at a page. */
export const lookSettings = {
  /** Pixels that the height of the smallest suspect takes, at least: below it, strokes are too faint to be seen. */
  minHeight: 8,
  /** Pixels of a point, at most and at least. */
  maxScale: 3,
  minScale: 0.5,
  /** Pixels of a picture, at most: larger ones cost more than they tell. */
  maxPixels: 6_000_000,
  /** Difference in one colour, from 0 to 255, that is seen. */
  minDifference: 12,
  /** Height without suspects, in points, that parts the bands that are drawn, and maximum bands. */
  bandGap: 24,
  maxBands: 6,
  /** Share of the pixels of a word that must differ for it to be seen: letters take a fifth of their box. */
  minShare: 0.015,
  /** Difference in one colour that no drawing of letters can miss, and share of the background that must show it. */
  clearDifference: 48,
  clearShare: 0.9,
};

/**
 * Returns the suspects that a reader does not see. The page is drawn without their text objects, and with them unless
 * the background decides. Where the two pictures are equal, blend modes, masks, layers, clips or covers hide the text.
 * `repeated` are text objects that paint the same text again.
 */
export function lookAt(
  pdfium: Pdfium,
  page: number,
  bounds: Bounds,
  rotation: Quarter,
  suspects: Suspect[],
  repeated: number[],
): Set<Suspect> {
  const display = new Viewport(bounds, rotation);
  const placed = suspects.map((suspect): Placed => ({ suspect, box: display.toBox(suspect.bounds) }));
  const objects = new Set([...repeated, ...suspects.flatMap((suspect) => [...suspect.objects])]);
  return new Set(toBands(placed).flatMap((band) => unseenIn(band, { pdfium, page, display, objects })));
}

interface Placed {
  suspect: Suspect;
  /** On the displayed page. */
  box: Box;
}

/** A page to be drawn, and the text objects that are left out of the second picture. */
interface Drawn {
  pdfium: Pdfium;
  page: number;
  display: Size;
  objects: Set<number>;
}

/** Groups suspects by height: a picture of all that lies between a header and a footer would cost more than two. */
function toBands(placed: Placed[]): Placed[][] {
  const bands: Placed[][] = [];
  let end = -Infinity;
  for (const each of placed.toSorted((a, b) => a.box.y - b.box.y)) {
    const last = bands.at(-1);
    if (last === undefined || each.box.y - end > lookSettings.bandGap) bands.push([each]);
    else last.push(each);
    end = Math.max(end, bottom(each.box));
  }
  return bands.length > lookSettings.maxBands ? [placed] : bands;
}

/** Returns the suspects of a band that are not seen. */
function unseenIn(band: Placed[], { pdfium, page, display, objects }: Drawn): Suspect[] {
  const suspects = band.map(({ suspect }) => suspect);
  const likely = () => suspects.filter((suspect) => suspect.likely);
  const whole = { x: 0, y: 0, width: display.width, height: display.height };
  const region = intersection(union(band.map(({ box }) => box)), whole);
  const scale = scaleOf(suspects, region);
  const size = { width: Math.ceil(region.width * scale), height: Math.ceil(region.height * scale) };
  if (!(size.width > 0 && size.height > 0) || size.width * size.height > lookSettings.maxPixels) return likely();
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
  try {
    using without = new Bitmap(pdfium, size);
    for (const object of objects) pdfium.api.FPDFPageObj_SetIsActive(object, 0);
    without.draw(page, place);
    for (const object of objects) pdfium.api.FPDFPageObj_SetIsActive(object, 1);
    const left = band.filter(({ suspect: { ink }, box }) => ink === null || !isClear(without, ink, onPicture(box)));
    if (left.length === 0) return [];
    using shown = new Bitmap(pdfium, size);
    shown.draw(page, place);
    return left.filter(({ box }) => !differs(shown, without, onPicture(box))).map(({ suspect }) => suspect);
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
  const { minHeight, maxScale, minScale, maxPixels } = lookSettings;
  const smallest = suspects.reduce(
    (least, { bounds }) => Math.min(least, bounds.right - bounds.left, bounds.top - bounds.bottom),
    Infinity,
  );
  const wanted = Math.min(maxScale, Math.max(1, minHeight / Math.max(smallest, 0.1)));
  return Math.max(minScale, Math.min(wanted, Math.sqrt(maxPixels / (width * height)) * 0.99));
}

/** The pixels of a picture within a box. */
function within({ width, height }: Size, { x, y, ...size }: Box) {
  const [x0, y0] = [Math.max(0, Math.floor(x)), Math.max(0, Math.floor(y))];
  return { x0, y0, x1: Math.min(width, Math.ceil(x + size.width)), y1: Math.min(height, Math.ceil(y + size.height)) };
}

/** Reports whether letters of a colour are seen on the background within a box. */
function isClear(background: Bitmap, ink: string, box: Box): boolean {
  const { clearDifference, clearShare } = lookSettings;
  const { x0, y0, x1, y1 } = within(background, box);
  const { pixels, width } = background;
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => Number.parseInt(ink.slice(at, at + 2), 16));
  let clear = 0;
  for (let y = y0; y < y1; y += 1) {
    for (let at = 4 * (y * width + x0); at < 4 * (y * width + x1); at += 4) {
      const isFar =
        Math.abs((pixels[at] ?? 0) - blue) > clearDifference ||
        Math.abs((pixels[at + 1] ?? 0) - green) > clearDifference ||
        Math.abs((pixels[at + 2] ?? 0) - red) > clearDifference;
      if (isFar) clear += 1;
    }
  }
  return clear > clearShare * (x1 - x0) * (y1 - y0);
}

/** Reports whether two pictures differ within a box. */
function differs(a: Bitmap, b: Bitmap, box: Box): boolean {
  const { minDifference, minShare } = lookSettings;
  const { x0, y0, x1, y1 } = within(a, box);
  const [first, second] = [a.pixels, b.pixels];
  let different = 0;
  for (let y = y0; y < y1; y += 1) {
    for (let at = 4 * (y * a.width + x0); at < 4 * (y * a.width + x1); at += 4) {
      const isDifferent =
        Math.abs((first[at] ?? 0) - (second[at] ?? 0)) > minDifference ||
        Math.abs((first[at + 1] ?? 0) - (second[at + 1] ?? 0)) > minDifference ||
        Math.abs((first[at + 2] ?? 0) - (second[at + 2] ?? 0)) > minDifference;
      if (isDifferent) different += 1;
    }
  }
  return different > minShare * (x1 - x0) * (y1 - y0);
}
