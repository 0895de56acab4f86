import { bottom, middle, right } from '../model/box.ts';
import { areColumns } from './column-text.ts';
import { findGutter } from './gutter.ts';
import type { Item } from './item.ts';
import { areIndependent } from './line-pitch.ts';

/** Thresholds of reading order. */
export const orderSettings = {
  /** Depth of regions within regions, at most: hostile pages would nest them without end. */
  deepest: 40,
  /** Items that a region must have to be split. */
  minItems: 4,
  /** Gap that separates a region into an upper and a lower one, in sizes of the type below it. */
  widestLineGap: 0.8,
  /** Type size that is assumed at least for that, in points. */
  minSize: 4,
  /** Size of notes under columns, at most, in sizes of the text. */
  noteSize: 0.93,
  /** Characters of text that must stand above notes. */
  minCharacters: 400,
  /** Gap above notes, in sizes of their type. */
  noteGap: 0.2,
  /** Part of its height by which an item reaches below its middle and keeps others in its row. */
  rowOverlap: 0.5,
  /** Height of an item that counts for its row, at most, in sizes of its type: tables and drop capitals are higher. */
  rowHeight: 2,
  /**
   * Gap between blocks that are independent, in sizes of the type, and the maximum number of items of such a region.
   */
  blockGap: 1.5,
  maxOfBlocks: 60,
};

/**
 * Returns the items in reading order, in regions without columns inside. A gutter is an upright strip that few items
 * cross. It separates columns if both sides read like text. Items that cross a gutter divide it into bands, which are
 * read one after the other.
 */
export function readingOrder<Found extends Item>(items: Found[]): Found[][] {
  return split(items, 0).filter((region) => region.length > 0);
}

function split<Found extends Item>(items: Found[], depth: number): Found[][] {
  if (depth === orderSettings.deepest || items.length < orderSettings.minItems) {
    return [sortRows(items)];
  }
  return splitColumns(items, depth) ?? splitAtGap(items, depth) ?? splitBlocks(items, depth) ?? [sortRows(items)];
}

/**
 * Separates blocks side by side: the distances of their lines differ, as those of an address and of the facts beside it
 * do, or one of them is a table.
 */
function splitBlocks<Found extends Item>(items: Found[], depth: number): Found[][] | null {
  if (items.length > orderSettings.maxOfBlocks || areOneBelowTheOther(items)) return null;
  const size = items.reduce((most, item) => Math.max(most, item.size), 0);
  let end = -Infinity;
  for (const item of items.toSorted((a, b) => a.x - b.x)) {
    const gutter = end;
    end = Math.max(end, right(item));
    if (item.x - gutter < orderSettings.blockGap * size) continue;
    const [left, rest] = [items.filter((other) => other.x < item.x), items.filter((other) => other.x >= item.x)];
    const isTable = () => isHighBeside(left, rest) || isHighBeside(rest, left);
    if (areIndependent(left.map(middle), rest.map(middle), size) || isTable()) {
      return [left, rest].flatMap((block) => split(block, depth + 1));
    }
  }
  return null;
}

/** Returns null where there are no columns. */
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
    const isLeft = (item: Found) => right(item) <= gutter;
    const [left, rest] = [band.items.filter(isLeft), band.items.filter((item) => !isLeft(item))];
    if (band.crosses || !areColumns(left, rest)) return [band.items];
    found = true;
    return splitNotes(band.items).flatMap((part) => [part.filter(isLeft), part.filter((item) => !isLeft(item))]);
  });
  if (!found && bands.length === 1) {
    return null;
  }
  return regions.flat().flatMap((region) => split(region, depth + 1));
}

/** Reports whether all items share a place across: most regions are a column. */
function areOneBelowTheOther(items: Item[]): boolean {
  let [from, to] = [-Infinity, Infinity];
  for (const item of items) {
    from = Math.max(from, item.x);
    to = Math.min(to, right(item));
  }
  return from < to;
}

/** Reports whether a side has nothing but a table, beside which the other side has several lines. */
function isHighBeside(side: Item[], other: Item[]): boolean {
  const [only] = side;
  if (only === undefined || side.length > 1 || only.height <= orderSettings.rowHeight * only.size) return false;
  return other.filter((item) => middle(item) > only.y && middle(item) < bottom(only)).length >= 2;
}

/**
 * Separates columns of text from columns of notes below, which are read after all of the text: from one height on, all
 * type is smaller.
 */
function splitNotes<Found extends Item>(items: Found[]): Found[][] {
  const { noteSize, minCharacters, noteGap } = orderSettings;
  const sorted = [...items].sort((a, b) => a.y - b.y);
  const largestBelow = sorted.map(({ size }) => size);
  for (let index = largestBelow.length - 2; index >= 0; index -= 1) {
    largestBelow[index] = Math.max(largestBelow[index] ?? 0, largestBelow[index + 1] ?? 0);
  }
  const characters = new Map<number, number>();
  let [end, text] = [-Infinity, { size: 0, characters: 0 }];
  for (const [index, item] of sorted.entries()) {
    const isSmaller = (largestBelow[index] ?? 0) < noteSize * text.size;
    if (text.characters >= minCharacters && isSmaller && item.y - end > noteGap * item.size) {
      return [sorted.slice(0, index), sorted.slice(index)];
    }
    end = Math.max(end, bottom(item));
    const count = (characters.get(item.size) ?? 0) + item.weight;
    characters.set(item.size, count);
    if (count > text.characters) text = { size: item.size, characters: count };
  }
  return [items];
}

/** Parts the items at the widest empty stretch between them: what is below it may stand in columns. */
function splitAtGap<Found extends Item>(items: Found[], depth: number): Found[][] | null {
  const { widestLineGap, minSize } = orderSettings;
  const sorted = [...items].sort((a, b) => a.y - b.y);
  let [end, widest, at] = [-Infinity, 0, 0];
  for (const [index, item] of sorted.entries()) {
    const gap = item.y - end;
    if (index > 0 && gap > widest) [widest, at] = [gap, index];
    end = Math.max(end, bottom(item));
  }
  if (widest < widestLineGap * Math.max(minSize, sorted[at]?.size ?? 0)) {
    return null;
  }
  return [...split(sorted.slice(0, at), depth + 1), ...split(sorted.slice(at), depth + 1)];
}

/** Sorts from top to bottom, and from left to right within a row. */
function sortRows<Found extends Item>(items: Found[]): Found[] {
  const { rowOverlap, rowHeight } = orderSettings;
  const rows: Found[][] = [];
  let rowBottom = -Infinity;
  for (const item of [...items].sort((a, b) => middle(a) - middle(b))) {
    const row = rows.at(-1);
    if (row !== undefined && middle(item) < rowBottom) {
      row.push(item);
    } else {
      rows.push([item]);
      rowBottom = middle(item) + rowOverlap * Math.min(item.height, rowHeight * item.size);
    }
  }
  return rows.flatMap((row) => row.sort((a, b) => a.x - b.x));
}
