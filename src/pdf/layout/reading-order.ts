import { type Box, bottom, right } from '../model/box.ts';

/** What is put in order: a line, or a table as a whole. */
export interface Item extends Box {
  size: number;
  /** Characters it holds; a table counts as none, as it says nothing about columns. */
  weight: number;
  /** Begins inside a sentence. */
  goesOn: boolean;
}

const deepest = 40;

/**
 * The items as a reader takes them, in regions that have no columns inside. Gutters, upright strips that few items cross, part a
 * page into columns, if what stands on both sides reads like text; what crosses a gutter parts it into bands, each read on
 * its own.
 */
export function readingOrder<Found extends Item>(items: Found[]): Found[][] {
  return split(items, 0).filter((region) => region.length > 0);
}

function split<Found extends Item>(items: Found[], depth: number): Found[][] {
  if (depth === deepest || items.length < 4) {
    return [sortRows(items)];
  }
  return splitColumns(items, depth) ?? splitAtGap(items, depth) ?? [sortRows(items)];
}

/** Null where there are no columns. */
function splitColumns<Found extends Item>(items: Found[], depth: number): Found[][] | null {
  const gutter = findGutter(items);
  if (gutter === null) {
    return null;
  }
  const bands: { crosses: boolean; items: Found[] }[] = [];
  for (const item of [...items].sort((a, b) => a.y - b.y)) {
    const crosses = item.x < gutter && right(item) > gutter;
    const band = bands.at(-1);
    if (band?.crosses === crosses) band.items.push(item);
    else bands.push({ crosses, items: [item] });
  }
  let found = false;
  const regions = bands.map((band) => {
    const left = band.items.filter((item) => right(item) <= gutter);
    const rest = band.items.filter((item) => right(item) > gutter);
    if (band.crosses || !areColumns(left, rest)) return [band.items];
    found = true;
    return intoNotes(band.items).flatMap((part) => [
      part.filter((item) => right(item) <= gutter),
      part.filter((item) => right(item) > gutter),
    ]);
  });
  if (!found && bands.length === 1) {
    return null;
  }
  return regions.flat().flatMap((region) => split(region, depth + 1));
}

/** Columns of notes under columns of text are read after all of the text: their type is smaller, from one height on. */
function intoNotes<Found extends Item>(items: Found[]): Found[][] {
  const sorted = [...items].sort((a, b) => a.y - b.y);
  const largestBelow = sorted.map(({ size }) => size);
  for (let index = largestBelow.length - 2; index >= 0; index -= 1) {
    largestBelow[index] = Math.max(largestBelow[index] ?? 0, largestBelow[index + 1] ?? 0);
  }
  const characters = new Map<number, number>();
  let [end, text] = [-Infinity, { size: 0, characters: 0 }];
  for (const [index, item] of sorted.entries()) {
    const isSmaller = (largestBelow[index] ?? 0) < 0.93 * text.size;
    if (text.characters >= 400 && isSmaller && item.y - end > 0.2 * item.size) {
      return [sorted.slice(0, index), sorted.slice(index)];
    }
    end = Math.max(end, bottom(item));
    const count = (characters.get(item.size) ?? 0) + item.weight;
    characters.set(item.size, count);
    if (count > text.characters) text = { size: item.size, characters: count };
  }
  return [items];
}

/** Parts the items at the widest empty stretch between them, as what is below it may stand in columns. */
function splitAtGap<Found extends Item>(items: Found[], depth: number): Found[][] | null {
  const sorted = [...items].sort((a, b) => a.y - b.y);
  let [end, widest, at] = [-Infinity, 0, 0];
  for (const [index, item] of sorted.entries()) {
    const gap = item.y - end;
    if (index > 0 && gap > widest) [widest, at] = [gap, index];
    end = Math.max(end, bottom(item));
  }
  if (widest < 0.8 * Math.max(4, sorted[at]?.size ?? 0)) {
    return null;
  }
  return [...split(sorted.slice(0, at), depth + 1), ...split(sorted.slice(at), depth + 1)];
}

/** From top to bottom, and from left to right what stands side by side. */
function sortRows<Found extends Item>(items: Found[]): Found[] {
  const rows: Found[][] = [];
  let rowBottom = -Infinity;
  for (const item of [...items].sort((a, b) => a.y + a.height / 2 - (b.y + b.height / 2))) {
    const row = rows.at(-1);
    if (row !== undefined && item.y + item.height / 2 < rowBottom) {
      row.push(item);
    } else {
      rows.push([item]);
      rowBottom = item.y + item.height / 2 + 0.5 * Math.min(item.height, 2 * item.size);
    }
  }
  return rows.flatMap((row) => row.sort((a, b) => a.x - b.x));
}

const steps = 200;
/** At each step: items that begin there, that end there, and that are crossed from there on. Made once, as this is asked thousands of times a second. */
const begins = new Int32Array(steps + 2);
const ends = new Int32Array(steps + 2);
const opened = new Int32Array(steps + 2);

/** The x of the strip that the fewest items cross, and the widest of those; null if there is none worth it. */
function findGutter(items: Item[]): number | null {
  if (items.length < 4) {
    return null;
  }
  let [start, end] = [Infinity, -Infinity];
  for (const item of items) {
    start = Math.min(start, item.x);
    end = Math.max(end, right(item));
  }
  const width = end - start;
  if (!(width > 0)) return null;
  const at = (x: number) => Math.max(0, Math.min(steps, ((x - start) / width) * steps));
  const bump = (list: Int32Array, index: number, by: number) => {
    list[index] = (list[index] ?? 0) + by;
  };
  for (const list of [begins, ends, opened]) list.fill(0);
  for (const item of items) {
    const from = Math.floor(at(item.x)) + 1;
    const to = Math.ceil(at(right(item)));
    if (to > from) {
      bump(opened, from, 1);
      bump(opened, to, -1);
    }
    bump(begins, from, 1);
    bump(ends, to, 1);
  }
  let [crossing, left, started] = [0, 0, 0];
  let best: { from: number; to: number; crossing: number } | null = null;
  let run: { from: number; to: number; crossing: number } | null = null;
  for (let step = 0; step <= steps; step += 1) {
    crossing += opened[step] ?? 0;
    left += ends[step] ?? 0;
    started += begins[step] ?? 0;
    const behind = items.length - started;
    const fits = crossing * 3 <= items.length && left >= 2 && behind >= 2;
    if (fits && run !== null && run.crossing === crossing && run.to === step - 1) {
      run.to = step;
    } else {
      run = fits ? { from: step, to: step, crossing } : null;
    }
    if (
      run !== null &&
      (best === null ||
        run.crossing < best.crossing ||
        (run.crossing === best.crossing && run.to - run.from > best.to - best.from))
    ) {
      best = run;
    }
  }
  return best === null ? null : start + ((best.from + best.to) / 2 / steps) * width;
}

/** Columns read like text on both sides and stand side by side; cells of a table are short or ragged. */
function areColumns(left: Item[], rest: Item[]): boolean {
  return (isProse(left) && isProse(rest)) || (hasText(left) && hasText(rest) && aligned(left, rest) < 0.5);
}

function hasText(items: Item[]): boolean {
  return items.filter(({ weight }) => weight >= 25).length > 1;
}

/** How much of the shorter side has something beside it on the same height, as the cells of a row have. */
function aligned(left: Item[], rest: Item[]): number {
  const [few, many] = left.length < rest.length ? [left, rest] : [rest, left];
  const heights = new Set(many.flatMap((item) => [0, 1].map((part) => Math.floor(item.y + item.height / 2 + part))));
  const beside = few.filter((item) => heights.has(Math.round(item.y + item.height / 2)));
  return beside.length / few.length;
}

function isProse(items: Item[]): boolean {
  if (items.length < 3) {
    return false;
  }
  if (items.length >= 6 && items.filter(({ goesOn }) => goesOn).length * 5 >= items.length * 2) {
    return true;
  }
  const widest = items.reduce((most, { width }) => Math.max(most, width), 0);
  let [full, all] = [0, 0];
  for (const { width, weight } of items) {
    all += weight;
    if (width > 0.6 * widest && weight >= 15) full += weight;
  }
  return full * 10 >= all * 6;
}

export function verticalGap(above: Box, below: Box): number {
  return below.y - bottom(above);
}
