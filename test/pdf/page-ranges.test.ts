import { expect, test } from 'vitest';
import { countPages, PageRangesError, parsePageRanges, resolvePageRanges } from '../../src/pdf/model/page-ranges.ts';

const end = Number.POSITIVE_INFINITY;

test('reads single pages, ranges and open ranges, with or without spaces', () => {
  expect(parsePageRanges('1-5,9,20-')).toEqual([
    { first: 1, last: 5 },
    { first: 9, last: 9 },
    { first: 20, last: end },
  ]);
  expect(parsePageRanges(' 1 - 5 , 9 , 20 - ')).toEqual(parsePageRanges('1-5,9,20-'));
});

test.each([
  ['', 'empty'],
  ['  ', 'empty'],
  ['1,', '"" is not a page range'],
  ['0', 'names page 0'],
  ['0-4', 'names page 0'],
  ['5-2', 'runs backwards'],
  ['-3', '"-3" is not a page range'],
  ['1-2-3', 'is not a page range'],
  ['one', '"one" is not a page range'],
  ['1;2', 'is not a page range'],
  ['1.5', 'is not a page range'],
  ['99999999999999999999', 'names a page above 9999999'],
  ['1-10000000', 'names a page above 9999999'],
  [Array(2001).fill('1').join(','), 'longer than 2000 characters'],
])('refuses %j', (text, message) => {
  expect(() => parsePageRanges(text)).toThrow(PageRangesError);
  expect(() => parsePageRanges(text)).toThrow(message);
});

test('sorts and merges ranges, and clips them to the document', () => {
  expect(resolvePageRanges(parsePageRanges('20-,3,1-2,9-12,10-15'), 22)).toEqual([
    { first: 1, last: 3 },
    { first: 9, last: 15 },
    { first: 20, last: 22 },
  ]);
  expect(resolvePageRanges(parsePageRanges('5-99'), 7)).toEqual([{ first: 5, last: 7 }]);
  expect(resolvePageRanges(parsePageRanges('8-'), 7)).toEqual([]);
  expect(resolvePageRanges(null, 7)).toEqual([{ first: 1, last: 7 }]);
});

test('counts the pages of ranges', () => {
  expect(countPages(resolvePageRanges(parsePageRanges('1-5,9,20-'), 22))).toBe(9);
});
