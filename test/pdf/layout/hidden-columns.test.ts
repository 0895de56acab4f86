import { describe, expect, it } from 'vitest';
import { gridTables } from '../../../src/pdf/layout/tables/grid-tables.ts';
import { stripSettings } from '../../../src/pdf/layout/tables/hidden-columns.ts';
import type { Rules } from '../../../src/pdf/model/drawing.ts';
import type { Piece } from '../../../src/pdf/model/piece.ts';
import { piece } from './recorded.ts';

/**
 * A grid of a head and a body, with columns of labels from 100 on, pairs of numbers from 200 on, and totals from 320
 * on.
 */
const rules: Rules = {
  horizontal: [90, 110, 250].map((at) => ({ at, from: 100, to: 400 })),
  vertical: [100, 200, 320, 400].map((at) => ({ at, from: 90, to: 250 })),
};

const towns = ['Amber', 'Basil', 'Cedar', 'Dill', 'Elder', 'Fern'].slice(0, stripSettings.minNumbers + 1);

/** A page with pairs of numbers, `gap` apart. */
function page(gap: number, pair: (index: number) => Piece[] | null = () => null): Piece[] {
  const head = [piece('Town', 105, 95), piece('Hives in spring', 205, 95, { width: 90 }), piece('Sum', 330, 95)];
  const rows = towns.flatMap((town, index) => {
    const y = 115 + 20 * index;
    const numbers = pair(index) ?? [
      piece(`1,${100 + index}`, 205, y, { width: 40 }),
      piece(`2,${200 + index}`, 245 + gap, y, { width: 40 }),
    ];
    return [piece(town, 105, y), ...numbers, piece(`3,${300 + 2 * index}`, 330, y)];
  });
  return [...head, ...rows];
}

function rowsOf(pieces: Piece[]): [text: string, columns: number][][] {
  return gridTables(rules, pieces)[0]?.rows.map((row) => row.map(({ text, columns }) => [text, columns])) ?? [];
}

describe('columns of numbers without a rule between them', () => {
  it('are parted below a head that spans them', () => {
    const rows = rowsOf(page(10 * stripSettings.numbers + 1));
    expect(rows[0]).toEqual([
      ['Town', 1],
      ['Hives in spring', 2],
      ['Sum', 1],
    ]);
    expect(rows[1]?.map(([text]) => text)).toEqual(['Amber', '1,100', '2,200', '3,300']);
  });

  it('stay one where the gap is as narrow as a space', () => {
    const rows = rowsOf(page(10 * stripSettings.numbers - 1));
    expect(rows[1]?.map(([text]) => text)).toEqual(['Amber', '1,100 2,200', '3,300']);
  });

  it('are parted where some pairs are written as one text', () => {
    const rows = rowsOf(
      page(8, (index) => (index % 2 === 0 ? [piece('1,100 2,200', 205, 115 + 20 * index, { width: 88 })] : null)),
    );
    expect(rows[1]?.map(([text]) => text)).toEqual(['Amber', '1,100', '2,200', '3,300']);
  });

  it('keep the thousands of a number together', () => {
    const rows = rowsOf(page(8, (index) => [piece('1 100 200', 205, 115 + 20 * index, { width: 80 })]));
    expect(rows[1]?.map(([text]) => text)).toEqual(['Amber', '1 100 200', '3,300']);
  });

  it('keep words under a head in one cell', () => {
    const rows = rowsOf(
      page(8, (index) => [piece('two', 205, 115 + 20 * index), piece('words', 250, 115 + 20 * index)]),
    );
    expect(rows[1]?.map(([text]) => text)).toEqual(['Amber', 'two words', '3,300']);
  });
});
