import { cleanText } from './clean-text.ts';
import type { ExtractedPage } from './document.ts';
import type { PageOptions } from './extraction.ts';
import { measure } from './layout/headings.ts';
import { collectWords } from './layout/hyphenation.ts';
import { layOutPage, readBlocks } from './layout/page-layout.ts';
import { toMarkdown } from './layout/render-markdown.ts';
import { toPlainText } from './layout/render-text.ts';
import { runningLines } from './layout/running-lines.ts';
import { placeLinks } from './links.ts';
import type { ReadPage } from './read-page.ts';

/** The pages of one group from what the engines read. What headings and running lines are is judged by the whole group. */
export function finishPages(pages: ReadPage[], options: PageOptions): ExtractedPage[] {
  const drafts = pages.map((page) => {
    const { links, pieces } = placeLinks(page.links, page.pieces);
    return { page, links, layout: layOutPage({ ...page, pieces }) };
  });
  const layouts = drafts.map(({ layout }) => layout);
  const typography = measure(layouts.flatMap(({ lines }) => lines));
  const running = options.keepHeadersFooters ? new Set<never>() : runningLines(layouts);
  const words = options.keepHyphenation
    ? null
    : collectWords(layouts.flatMap(({ lines }) => lines.map(({ text }) => text)));
  return drafts.map(({ page, links, layout }) => {
    const blocks = readBlocks(layout, typography, new Set());
    const kept = layout.lines.some((line) => running.has(line)) ? readBlocks(layout, typography, running) : blocks;
    return {
      number: page.number,
      label: page.label,
      width: page.shown.width,
      height: page.shown.height,
      rotation: page.rotation,
      text: cleanText(toPlainText(blocks)),
      markdown: cleanText(toMarkdown(kept, { words })),
      links,
    };
  });
}
