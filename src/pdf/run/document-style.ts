import { sizesOfHeading } from '../layout/block.ts';
import { headingSizes, measure } from '../layout/headings.ts';
import { layOutPage, type PageLayout, readBlocks } from '../layout/page-layout.ts';
import { type PageLines, runningLines } from '../layout/running-lines.ts';
import { liteparseOptions } from '../liteparse/liteparse-options.ts';
import type { ReadPage } from '../model/read-page.ts';
import { type Run, readByPdfjs } from './best-page.ts';
import type { OpenDocument } from './open-document.ts';

/** What the pages of a long document have in common, by a sample of them: pages are finished in groups, and shall agree. */
export interface DocumentStyle {
  /** Sizes that headings are set in, the largest first: each is a level. */
  headingSizes: number[];
  /** The sampled pages by number: running lines come again on them. */
  pages: Map<number, PageLines>;
}

/** Reads the sample. Null where there is none to be read; pages that cannot be read are met again in their groups. */
export async function readStyle(
  run: Run,
  { engine, pdfjs }: OpenDocument,
  numbers: number[],
): Promise<DocumentStyle | null> {
  if (numbers.length === 0) {
    return null;
  }
  if (engine === 'LITEPARSE') {
    run.report({ engine, page: null, pages: numbers.length, pagesReady: null });
    const options = await liteparseOptions(run.request);
    return documentStyle((await run.engines.liteparse?.readText(options, numbers).catch(() => [])) ?? []);
  }
  const pages: ReadPage[] = [];
  for (const number of numbers) {
    pages.push(
      ...(await readByPdfjs(run, number, pdfjs).then(
        (page) => [page],
        () => [],
      )),
    );
  }
  return documentStyle(pages);
}

function documentStyle(sample: ReadPage[]): DocumentStyle {
  const layouts = new Map(sample.map((page): [number, PageLayout] => [page.number, layOutPage(page)]));
  const all = [...layouts.values()];
  const typography = measure(all.flatMap(({ lines }) => lines));
  const running = runningLines(all, [], typography.body);
  const blocks = all.flatMap((layout) => readBlocks(layout, typography, running));
  const lines = [...layouts].map(([number, layout]): [number, PageLines] => [
    number,
    { height: layout.height, lines: layout.lines },
  ]);
  return { headingSizes: headingSizes(blocks.flatMap(sizesOfHeading)), pages: new Map(lines) };
}
