import { describe, expect, it } from 'vitest';
import { lineSettings, toLines } from '../../../src/pdf/layout/lines.ts';
import { piece, recordedLines, textsOf } from './recorded.ts';

describe('lines', () => {
  it('join pieces on one baseline, with spaces where there are gaps', () => {
    const pieces = [piece('world', 130, 100), piece('Hello', 100, 100), piece('!', 155, 100), piece('Below', 100, 112)];
    expect(textsOf(toLines(pieces))).toEqual(['Hello world!', 'Below']);
  });

  it('end at a gap as wide as between cells', () => {
    const { cellGap } = lineSettings;
    const near = [piece('Name', 100, 100), piece('Price', 120 + 10 * cellGap - 0.1, 100)];
    const apart = [piece('Name', 100, 100), piece('Price', 120 + 10 * cellGap + 0.1, 100)];
    expect(textsOf(toLines(near))).toEqual(['Name Price']);
    expect(textsOf(toLines(apart))).toEqual(['Name', 'Price']);
  });

  it('extend over a tab stop after a list marker', () => {
    expect(textsOf(toLines([piece('•', 100, 100), piece('honey', 130, 100)]))).toEqual(['• honey']);
    expect(textsOf(toLines([piece('as', 100, 100), piece('honey', 130, 100)]))).toEqual(['as', 'honey']);
  });

  it('split at the straight edge of a near column', () => {
    const rows = Array.from({ length: 6 }, (_, row) => [
      piece('left text', 100, 100 + 12 * row, { width: 41 + (row % 3) }),
      piece('right text', 150, 100 + 12 * row),
    ]);
    expect(textsOf(toLines(rows.flat()))).toContain('right text');
    expect(textsOf(toLines(rows.slice(0, 2).flat()))).toEqual(['left text right text', 'left text right text']);
  });

  it('are bold only if every word is', () => {
    const [mixed] = toLines([piece('Mostly bold', 100, 100, { bold: true }), piece('but', 158, 100)]);
    expect(mixed).toMatchObject({ text: 'Mostly bold but', bold: true, boldThroughout: false });
    const [dotted] = toLines([piece('All bold', 100, 100, { bold: true }), piece('…', 142, 100)]);
    expect(dotted).toMatchObject({ boldThroughout: true });
  });

  it('reverse pieces of right-to-left text', () => {
    expect(textsOf(toLines([piece('עולם', 100, 100), piece('שלום', 125, 100)]))).toEqual(['שלום עולם']);
  });

  it('of a recorded page are its printed lines', () => {
    expect(textsOf(recordedLines('headings-1')).slice(0, 3)).toEqual([
      'Keeping bees',
      'A short handbook in three chapters. It was written for people who like honey.¹',
      'The hive',
    ]);
  });
});
