import { describe, expect, it } from 'vitest';
import type { Item } from '../../../src/pdf/layout/item.ts';
import { layOutPage, orderItems } from '../../../src/pdf/layout/page-layout.ts';
import { readingOrder } from '../../../src/pdf/layout/reading-order.ts';
import { recorded } from './recorded.ts';

const typography = { body: 11, mostlyBold: false, mostlyFixedWidth: false };

/** Returns the texts of a recorded page in reading order. */
function ordered(name: string): string[] {
  const items = orderItems(layOutPage(recorded(name)), typography, new Set()).flat();
  return items.map((item) => ('line' in item ? item.line.text : '(table)'));
}

/** Returns the numbers after a word, in order of occurrence. */
function numbersOf(texts: string[], word: string): number[] {
  return [...texts.join(' ').matchAll(new RegExp(`${word} (\\d+)`, 'g'))].map(([, number]) => Number(number));
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

function item(name: string, x: number, y: number, width: number, more: Partial<Item> = {}): Item & { name: string } {
  return { name, x, y, width, height: 10, size: 10, weight: 30, continues: false, ...more };
}

const namesOf = (items: { name: string }[][]) => items.flat().map(({ name }) => name);

describe('reading order', () => {
  it('reads columns one after another, below a headline over both', () => {
    const texts = ordered('columns-1');
    expect(texts[0]).toBe('News from the orchard');
    expect(numbersOf(texts, 'Sentence')).toEqual(upTo(16));
  });

  it('reads notes under columns after all of the text', () => {
    const texts = ordered('layouts-2');
    expect(numbersOf(texts, 'Sentence')).toEqual(upTo(24));
    expect(numbersOf(texts, 'Remark')).toEqual(upTo(8));
    expect(texts.findIndex((text) => text.startsWith('Remark'))).toBe(24);
  });

  it('reads bands between full-width headings one after another', () => {
    const column = (name: string, x: number, y: number) =>
      upTo(4).map((row) => item(`${name}${row}`, x, y + 12 * row, 200));
    const items = [
      item('first', 100, 50, 420),
      ...column('a', 100, 60),
      ...column('b', 320, 60),
      item('second', 100, 140, 420),
      ...column('c', 100, 150),
      ...column('d', 320, 150),
    ];
    expect(namesOf(readingOrder(items)).filter((name) => !/[2-4]$/.test(name))).toEqual([
      'first',
      'a1',
      'b1',
      'second',
      'c1',
      'd1',
    ]);
  });

  it('reads short texts side by side row by row, not as columns', () => {
    const rows = upTo(5).flatMap((row) => [
      item(`name${row}`, 100, 100 + 14 * row, 40, { weight: 6 }),
      item(`price${row}`, 320, 100 + 14 * row, 30, { weight: 5 }),
    ]);
    expect(namesOf(readingOrder(rows)).slice(0, 4)).toEqual(['name1', 'price1', 'name2', 'price2']);
  });

  it('keeps every item exactly once on any page', () => {
    const items = Array.from({ length: 300 }, (_, index) =>
      item(String(index), (index * 7919) % 500, (index * 104_729) % 700, 5 + ((index * 31) % 200)),
    );
    expect(namesOf(readingOrder(items)).sort()).toEqual(items.map(({ name }) => name).sort());
  });

  it('mirrors pages whose text runs from right to left', () => {
    const right = ordered('rtl-1');
    expect(right[0]).toBe('הדבורה עפה מפרח לפרח');
  });
});
