import { right } from '../model/box.ts';
import type { Item } from './item.ts';

/** Thresholds of gutters. */
export const gutterSettings = {
  /** Strips that the width of the items is divided into: a gutter is found to a two-hundredth of it. */
  steps: 200,
  /** Share of the items that may cross a gutter: headings and figures over all columns. */
  crossingShare: 1 / 3,
  /** Items that must stand on each side. */
  minBeside: 2,
  /** Items that a region must have. */
  minItems: 4,
};

const { steps } = gutterSettings;
/**
 * At each strip, the items that begin there, that end there, and that are crossed from there on. The arrays are kept,
 * as this runs thousands of times a second.
 */
const begins = new Int32Array(steps + 2);
const ends = new Int32Array(steps + 2);
const opened = new Int32Array(steps + 2);

interface Run {
  from: number;
  to: number;
  crossing: number;
}

/** Returns the x of the widest strip that the fewest items cross; null if more cross than a gutter may have. */
export function findGutter(items: Item[]): number | null {
  if (items.length < gutterSettings.minItems) {
    return null;
  }
  let [start, end] = [Infinity, -Infinity];
  for (const item of items) {
    start = Math.min(start, item.x);
    end = Math.max(end, right(item));
  }
  const width = end - start;
  if (!(width > 0)) return null;
  count(items, start, width);
  const best = bestRun(items.length);
  return best === null ? null : start + ((best.from + best.to) / 2 / steps) * width;
}

function count(items: Item[], start: number, width: number): void {
  const at = (x: number) => Math.max(0, Math.min(steps, ((x - start) / width) * steps));
  for (const list of [begins, ends, opened]) list.fill(0);
  for (const item of items) {
    const from = Math.floor(at(item.x)) + 1;
    const to = Math.ceil(at(right(item)));
    if (to > from) {
      add(opened, from, 1);
      add(opened, to, -1);
    }
    add(begins, from, 1);
    add(ends, to, 1);
  }
}

function add(list: Int32Array, index: number, by: number): void {
  list[index] = (list[index] ?? 0) + by;
}

function bestRun(all: number): Run | null {
  const { crossingShare, minBeside } = gutterSettings;
  const maxCrossing = crossingShare * all;
  let [crossing, left, started] = [0, 0, 0];
  let best: Run | null = null;
  let run: Run | null = null;
  for (let step = 0; step <= steps; step += 1) {
    crossing += opened[step] ?? 0;
    left += ends[step] ?? 0;
    started += begins[step] ?? 0;
    const fits = crossing <= maxCrossing && left >= minBeside && all - started >= minBeside;
    if (fits && run !== null && run.crossing === crossing && run.to === step - 1) {
      run.to = step;
    } else {
      run = fits ? { from: step, to: step, crossing } : null;
    }
    if (run !== null && (best === null || isBetter(run, best))) best = run;
  }
  return best;
}

function isBetter(run: Run, best: Run): boolean {
  return run.crossing < best.crossing || (run.crossing === best.crossing && run.to - run.from > best.to - best.from);
}
