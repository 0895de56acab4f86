import { describe, expect, it } from 'vitest';
import { toBlocks } from '../../../src/pdf/layout/blocks.ts';
import type { Line } from '../../../src/pdf/layout/lines.ts';
import { layOutPage, readBlocks } from '../../../src/pdf/layout/page-layout.ts';
import { toPlainText } from '../../../src/pdf/layout/render-text.ts';
import { line, recorded } from './recorded.ts';

const typography = { body: 10, mostlyBold: false, mostlyFixedWidth: false };
const blocksOf = (lines: Line[]) => toBlocks(lines, typography, () => true).map(({ kind }) => kind);

describe('blocks', () => {
  it('are paragraphs, separated by a gap', () => {
    expect(blocksOf([line('One', 72, 100), line('two', 72, 112), line('Three', 72, 140)])).toEqual([
      'PARAGRAPH',
      'PARAGRAPH',
    ]);
  });

  it('are list items, one for each marker', () => {
    const lines = [line('• a veil', 72, 100), line('1. a smoker', 72, 112), line('a) patience', 72, 124)];
    expect(blocksOf(lines)).toEqual(['LIST_ITEM', 'LIST_ITEM', 'LIST_ITEM']);
  });

  it('are code in a fixed-width font, unless the whole page has that font', () => {
    const lines = [line('frames = 10', 72, 100, { fixedWidth: true }), line('bees = 0', 72, 125, { fixedWidth: true })];
    expect(blocksOf(lines)).toEqual(['CODE']);
    expect(toBlocks(lines, { ...typography, mostlyFixedWidth: true }, () => true).map(({ kind }) => kind)).toEqual([
      'PARAGRAPH',
      'PARAGRAPH',
    ]);
  });

  it('keep bold words inside a sentence from becoming a heading', () => {
    const bold = line('Bees in the garden', 72, 100, { bold: true });
    expect(blocksOf([bold, line('fly in the sun.', 72, 112)])).toEqual(['PARAGRAPH', 'PARAGRAPH']);
    expect(blocksOf([bold, line('They fly in the sun.', 72, 112)])).toEqual(['HEADING', 'PARAGRAPH']);
  });

  it('join the large number of a chapter with its title', () => {
    const lines = [line('7', 72, 100, { size: 30 }), line('On honey', 72, 150, { size: 20 })];
    const blocks = toBlocks(lines, typography, () => true);
    expect(blocks.map(({ kind }) => kind)).toEqual(['HEADING']);
    expect(toPlainText(blocks)).toBe('7\nOn honey');
  });

  it('of a recorded page are its headings, lists and code', () => {
    const blocks = readBlocks(layOutPage(recorded('headings-1')), { ...typography, body: 11 }, new Set());
    const headings = blocks.filter(({ kind }) => kind === 'HEADING');
    expect(headings.map((block) => toPlainText([block]))).toEqual([
      'Keeping bees',
      'The hive',
      'What you need',
      'First steps',
      'The ledger',
    ]);
    expect(blocks.filter(({ kind }) => kind === 'LIST_ITEM').length).toBeGreaterThanOrEqual(3);
    expect(blocks.some(({ kind }) => kind === 'CODE')).toBe(true);
  });

  it('of a recorded page include its table in place', () => {
    const blocks = readBlocks(layOutPage(recorded('table-1')), typography, new Set());
    const [table] = blocks.filter((block) => block.kind === 'TABLE');
    expect(table?.rows[1]?.map(({ text }) => text)).toEqual(['Alpha', 'Lime blossom', '12', '6.0']);
  });
});
