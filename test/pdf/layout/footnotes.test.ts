import { describe, expect, it } from 'vitest';
import type { Block } from '../../../src/pdf/layout/block.ts';
import { footnoteSettings, linkFootnotes } from '../../../src/pdf/layout/footnotes.ts';
import { layOutPage, readBlocks } from '../../../src/pdf/layout/page-layout.ts';
import { toMarkdown } from '../../../src/pdf/layout/render-markdown.ts';
import { line, recorded } from './recorded.ts';

const body = 10;
const options = { words: null, headingSizes: [] };

function paragraph(text: string, y: number, size = body): Block {
  const lines = [line(text, 72, y, { size })];
  return { kind: 'PARAGRAPH', box: { x: 72, y, width: 400, height: size }, lines };
}

const kindsOf = (blocks: Block[]) => blocks.map(({ kind }) => kind);

describe('footnotes', () => {
  it('are linked to the only place that refers to them', () => {
    const linked = linkFootnotes(
      [paragraph('Queens are marked.1 Nobody asks.', 100), paragraph('1 By paint.', 700, 8)],
      body,
      3,
    );
    expect(toMarkdown(linked, options)).toBe('Queens are marked.[^3-1] Nobody asks.\n\n[^3-1]: By paint.');
  });

  it.each([
    ['no place refers to them', 'Queens are marked.', '1 By paint.'],
    ['several places may refer to them', 'Queens are marked.1 Drones are not.1', '1 By paint.'],
    ['their number is part of a formula', 'Bees breathe out CO2 in winter.', '2 By paint.'],
    ['their number is a decimal', 'It weighs grams.1,5 or so.', '1 By paint.'],
  ])('stay paragraphs if %s', (_, text, note) => {
    const blocks = [paragraph(text, 100), paragraph(note, 700, 8)];
    expect(kindsOf(linkFootnotes(blocks, body, 1))).toEqual(['PARAGRAPH', 'PARAGRAPH']);
  });

  it('are set in smaller type than the text', () => {
    const blocks = (size: number) => [
      paragraph('Queens are marked.1 Nobody asks.', 100),
      paragraph('1 By paint.', 700, size),
    ];
    expect(kindsOf(linkFootnotes(blocks(footnoteSettings.noteSize * body - 0.1), body, 1))).toContain('FOOTNOTE');
    expect(kindsOf(linkFootnotes(blocks(footnoteSettings.noteSize * body + 0.1), body, 1))).not.toContain('FOOTNOTE');
  });

  it('are not searched for on a page with too many notes', () => {
    const count = footnoteSettings.maxNotes + 1;
    const texts = Array.from({ length: count }, (_, index) =>
      paragraph(`Word after words.${index + 1} more`, 10 * index),
    );
    const notes = Array.from({ length: count }, (_, index) => paragraph(`${index + 1} note`, 5000 + 10 * index, 8));
    expect(kindsOf(linkFootnotes([...texts, ...notes], body, 1))).not.toContain('FOOTNOTE');
  });

  it('of a recorded page are found with markers on separate lines, and over several lines', () => {
    const typography = { body: 12, mostlyBold: false, mostlyFixedWidth: false };
    const blocks = linkFootnotes(readBlocks(layOutPage(recorded('layouts-4')), typography, new Set()), 12, 4);
    const notes = blocks.flatMap((block) => (block.kind === 'FOOTNOTE' ? block : []));
    expect(notes.map(({ label }) => label)).toEqual(['4-1', '4-2']);
    expect(toMarkdown(blocks, options)).toContain('by year,[^4-1] so');
    expect(toMarkdown(blocks, options)).toContain('CO2');
  });
});
