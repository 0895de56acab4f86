import { sizesOfHeading } from '../layout/block.ts';
import { headingSizes, measure } from '../layout/headings.ts';
import { layOutPage, type PageLayout, readBlocks, textOf } from '../layout/page-layout.ts';
import { type PageLines, runningLines } from '../layout/running-lines.ts';
import type { ReadPage } from '../model/read-page.ts';
import type { OpenDocument } from './open-document.ts';
import { orUnreadable } from './read-groups.ts';
import { readPage } from './read-page.ts';
import type { Run } from './run.ts';

/** The common style of a long document's pages, from a sample. Pages are finished in groups, which must agree. */
export interface DocumentStyle {
  /** The sizes of headings, largest first. Each is a level. */
  headingSizes: number[];
  /** The sampled pages by number, to recognize running lines that repeat on them. */
  pages: Map<number, PageLines>;
}

/** Reads some pages of a document. Omits unreadable ones, which their groups report. */
export async function readSample(run: Run, document: OpenDocument, numbers: number[]): Promise<Map<number, ReadPage>> {
  const sample = new Map<number, ReadPage>();
  if (numbers.length > 0) run.report({ engine: document.engine, page: null, pages: numbers.length, pagesReady: null });
  for (const number of numbers) {
    const page = await orUnreadable(readPage(run, document, number));
    if (!(page instanceof Error)) sample.set(number, page);
  }
  return sample;
}

/** Returns the style that a sample of pages shows; null for an empty one. */
export function styleOf(sample: Map<number, ReadPage>): DocumentStyle | null {
  if (sample.size === 0) return null;
  const layouts = new Map([...sample.values()].map((page): [number, PageLayout] => [page.number, layOutPage(page)]));
  const all = [...layouts.values()];
  const typography = measure(all.flatMap(textOf));
  const running = runningLines(all, [], typography.body);
  const blocks = all.flatMap((layout) => readBlocks(layout, typography, running));
  const lines = [...layouts].map(([number, layout]): [number, PageLines] => [
    number,
    { height: layout.height, lines: layout.lines },
  ]);
  return { headingSizes: headingSizes(blocks.flatMap(sizesOfHeading)), pages: new Map(lines) };
}
