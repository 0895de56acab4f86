import { middle } from '../model/box.ts';
import type { Item } from './item.ts';

/** Thresholds that tell columns of text from columns of a table. */
export const columnSettings = {
  /** Characters of an item that is text and not the content of a cell. */
  textLength: 25,
  /** Items of such a length that a column must have. */
  minTexts: 2,
  /** Share of the items of the shorter side that may have another item at their height, as the cells of a row have. */
  maxAligned: 0.5,
  /** Items of a column that reads like prose, at least. */
  minItems: 3,
  /** Items, and the share of them that begin inside a sentence, that show prose by themselves. */
  minContinued: 6,
  continuedShare: 0.4,
  /** Share of the widest item's width that a full item reaches. */
  fullWidth: 0.6,
  /** Characters of a full item, at least. */
  fullLength: 15,
  /** Share of the characters that stand in full items. */
  fullShare: 0.6,
  /** Minimum size of a heading beside text, in sizes of the text, and its maximum number of lines. */
  sideHeadingSize: 1.4,
  sideHeadingLines: 5,
};

/**
 * Reports whether two sides of a gutter are columns: both read like text; cells of a table are short, or stand row by
 * row.
 */
export function areColumns(left: Item[], rest: Item[]): boolean {
  const isText = () => hasText(left) && hasText(rest) && alignedShare(left, rest) < columnSettings.maxAligned;
  const isBeside = () => isSideHeading(left, rest) || isSideHeading(rest, left);
  return (isProse(left) && isProse(rest)) || isText() || isBeside();
}

/** A heading beside the text: a few lines, all in much larger type. */
function isSideHeading(heading: Item[], text: Item[]): boolean {
  const { sideHeadingSize, sideHeadingLines } = columnSettings;
  if (heading.length > sideHeadingLines || !isProse(text)) return false;
  const characters = new Map<number, number>();
  for (const { size, weight } of text) characters.set(size, (characters.get(size) ?? 0) + weight);
  const [body] = [...characters].reduce((most, entry) => (entry[1] > most[1] ? entry : most), [0, -1]);
  return heading.every(({ size }) => size >= sideHeadingSize * body);
}

function hasText(items: Item[]): boolean {
  const { textLength, minTexts } = columnSettings;
  return items.filter(({ weight }) => weight >= textLength).length >= minTexts;
}

function alignedShare(left: Item[], rest: Item[]): number {
  const [few, many] = left.length < rest.length ? [left, rest] : [rest, left];
  const heights = new Set(many.flatMap((item) => [0, 1].map((part) => Math.floor(middle(item) + part))));
  const beside = few.filter((item) => heights.has(Math.round(middle(item))));
  return beside.length / few.length;
}

function isProse(items: Item[]): boolean {
  const { minItems, minContinued, continuedShare, fullWidth, fullLength, fullShare } = columnSettings;
  if (items.length < minItems) {
    return false;
  }
  const continued = items.filter(({ continues }) => continues).length;
  if (items.length >= minContinued && continued >= continuedShare * items.length) {
    return true;
  }
  const widest = items.reduce((most, { width }) => Math.max(most, width), 0);
  let [full, all] = [0, 0];
  for (const { width, weight } of items) {
    all += weight;
    if (width > fullWidth * widest && weight >= fullLength) full += weight;
  }
  return full >= fullShare * all;
}
