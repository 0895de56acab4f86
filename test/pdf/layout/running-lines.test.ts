import { describe, expect, it } from 'vitest';
import { type PageLines, runningLines, runningSettings } from '../../../src/pdf/layout/running-lines.ts';
import { line, recorded, recordedLines, textsOf } from './recorded.ts';

const body = 10;

/** A page of 800 points with a paragraph and these lines. */
function page(...lines: Parameters<typeof line>[]): PageLines {
  return { height: 800, lines: [...lines.map((each) => line(...each)), line('Some text in the middle', 72, 400)] };
}

const runningOn = (pages: PageLines[], others: PageLines[] = []) => textsOf(runningLines(pages, others, body));

describe('running lines', () => {
  it('repeat in the margin of other pages, with other numbers', () => {
    const pages = [1, 2, 3, 4].map((number) => page([`A manual of bees, page ${number}`, 72, 40]));
    expect(runningOn(pages)).toHaveLength(4);
    expect(runningOn(pages.slice(0, 1))).toEqual([]);
  });

  it('change sides between left and right pages', () => {
    const pages = [1, 2, 3, 4].map((number) => page(['A manual of bees', number % 2 === 0 ? 400 : 72, 40]));
    expect(runningOn(pages)).toHaveLength(4);
  });

  it('are in the margin', () => {
    const inside = 800 * runningSettings.margin + 1;
    const pages = [1, 2, 3, 4].map(() => page(['Said again and again', 72, inside]));
    expect(runningOn(pages)).toEqual([]);
  });

  it('may repeat on any other page of the document', () => {
    const repeated = () => page(['A manual of bees', 72, 40]);
    expect(runningOn([repeated()], [repeated(), repeated(), repeated()])).toEqual(['A manual of bees']);
  });

  it('include page numbers at the very edge', () => {
    expect(runningOn([page(['- 7 -', 290, 760])])).toEqual(['- 7 -']);
    expect(runningOn([page(['7', 290, 720], ['A last line of text', 72, 760])])).toEqual([]);
  });

  it('exclude chapter titles in larger type that differ only in their number', () => {
    const pages = [1, 2, 3, 4].map((number) => page([`Chapter ${number}`, 72, 40, { size: 20 }]));
    expect(runningOn(pages)).toEqual([]);
  });

  it('of recorded pages are their headers and footers', () => {
    const pages = [1, 2, 3, 4].map((number) => ({
      height: recorded(`many-pages-${number}`).height,
      lines: recordedLines(`many-pages-${number}`),
    }));
    expect(textsOf(runningLines(pages, [], 11)).sort()).toEqual([
      '- 1 -',
      '- 2 -',
      '- 3 -',
      '- 4 -',
      ...Array(4).fill('A fixture with many pages'),
    ]);
  });
});
