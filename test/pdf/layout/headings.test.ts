import { describe, expect, it } from 'vitest';
import { headingLevel, headingSettings, headingSizes, measure, readHeading } from '../../../src/pdf/layout/headings.ts';
import type { Line } from '../../../src/pdf/layout/lines.ts';
import { line, recordedLines } from './recorded.ts';

const typography = { body: 10, mostlyBold: false, mostlyFixedWidth: false };
const read = (lines: Line[], alone = true) => readHeading(lines, () => alone, typography);

describe('headings', () => {
  it('stand out by their size', () => {
    const least = headingSettings.standsOut * 10;
    expect(read([line('On honey', 100, 100, { size: least + 0.1 })])).toEqual({ size: least + 0.1 });
    expect(read([line('On honey', 100, 100, { size: least - 0.1 })])).toBeNull();
  });

  it('stand out by bold type if no other bold line is beside them', () => {
    const bold = line('On honey', 100, 100, { bold: true });
    expect(read([bold])).toEqual({ size: null });
    expect(read([bold], false)).toBeNull();
    expect(readHeading([bold], () => true, { ...typography, mostlyBold: true })).toBeNull();
  });

  it.each([
    ['captions', 'Figure 3. The hive'],
    ['notes', 'Source: the keepers'],
    ['numbers', '1,204.50'],
    [
      'quotations as long as a sentence',
      `${'Bees fly in the sun and stay at home in the rain, as everybody knows well, '}always.`,
    ],
  ])('are not %s in large type', (_, text) => {
    expect(read([line(text, 100, 100, { size: 20 })])).toBeNull();
  });

  it.each([
    ['sentences', 'Bees fly in the sun.'],
    ['lists of names', 'Ada, Ben, Cleo, Dora'],
  ])('are not bold %s', (_, text) => {
    expect(read([line(text, 100, 100, { bold: true })])).toBeNull();
  });

  it('have a maximum number of lines', () => {
    const lines = (count: number) =>
      Array.from({ length: count }, (_, index) => line('A long title', 100, 100 + 24 * index, { size: 20 }));
    expect(read(lines(headingSettings.maxLines))).toEqual({ size: 20 });
    expect(read(lines(headingSettings.maxLines + 1))).toBeNull();
  });

  it('have a level for each size', () => {
    const sizes = headingSizes([14, 20, 14.4, 20.2, 12]);
    expect(sizes).toEqual([20.2, 14.4, 12]);
    expect([20, 14, 12, null].map((size) => headingLevel(size, sizes))).toEqual([1, 2, 3, 4]);
  });
});

describe('the body text', () => {
  it('is the largest size that much of the text has', () => {
    const lines = [
      line('x'.repeat(60), 0, 0, { size: 8 }),
      line('x'.repeat(40), 0, 20),
      line('x'.repeat(9), 0, 40, { size: 30 }),
    ];
    expect(measure(lines)).toEqual({ body: 10, mostlyBold: false, mostlyFixedWidth: false });
  });

  it('of a recorded page has the size of its paragraphs', () => {
    expect(measure(recordedLines('headings-1')).body).toBe(11);
    expect(measure(recordedLines('pagehive-sample-9')).body).toBe(measure(recordedLines('pagehive-sample-12')).body);
  });
});
