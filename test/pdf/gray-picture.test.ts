import { expect, it } from 'vitest';
import { toGray } from '../../src/pdf/model/pixels.ts';

/** Returns the difference between two colours in shades of grey. */
function contrast(first: number[], second: number[]): number {
  const data = new Uint8ClampedArray([...first, 255, ...second, 255]);
  const [a = 0, b = 0] = toGray({ width: 2, height: 1, data }).pixels;
  return Math.abs(a - b);
}

it.each([
  ['light blue', 'white', [78, 180, 235], [255, 255, 255], 120],
  ['green', 'white', [60, 190, 70], [255, 255, 255], 150],
  ['black', 'yellow', [0, 0, 0], [255, 255, 0], 90],
  ['black', 'red', [0, 0, 0], [255, 60, 60], 80],
])('keeps %s apart from %s paper for OCR', (_, __, ink, paper, least) => {
  expect(contrast(ink, paper)).toBeGreaterThan(least);
});

it('leaves shades of grey as they are', () => {
  const data = new Uint8ClampedArray([200, 200, 200, 255]);
  expect([...toGray({ width: 1, height: 1, data }).pixels]).toEqual([200]);
});
