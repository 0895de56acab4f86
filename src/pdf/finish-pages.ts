import { cleanText } from './clean-text.ts';
import type { ExtractedPage, PageBlock } from './document.ts';
import type { PageOptions } from './extraction.ts';
import { garbledShare } from './garbled.ts';
import { reportHidden } from './hidden-text.ts';
import { guessLanguage } from './language.ts';
import type { Block } from './layout/block.ts';
import { linkFootnotes } from './layout/footnotes.ts';
import { measure } from './layout/headings.ts';
import { collectWords } from './layout/hyphenation.ts';
import type { Line } from './layout/lines.ts';
import { layOutPage, readBlocks } from './layout/page-layout.ts';
import type { Box } from './layout/piece.ts';
import { toMarkdown } from './layout/render-markdown.ts';
import { toPlainText } from './layout/render-text.ts';
import { runningLines } from './layout/running-lines.ts';
import { placeLinks } from './links.ts';
import { ocrReason } from './needs-ocr.ts';
import type { ReadPage } from './read-page.ts';

/** The pages of one group from what the engines read. What headings and running lines are is judged by the whole group. */
export function finishPages(pages: ReadPage[], options: PageOptions): ExtractedPage[] {
  const drafts = pages.map((page) => {
    const reason = page.ocr?.reason ?? ocrReason(page);
    const { links, pieces } = placeLinks(page.links, page.pieces.filter(isReadable));
    return { page, reason, links, layout: layOutPage({ ...page, pieces, turned: page.turned.filter(isReadable) }) };
  });
  const layouts = drafts.map(({ layout }) => layout);
  const typography = measure(layouts.flatMap(({ lines }) => lines));
  const running = options.keepHeadersFooters ? new Set<Line>() : runningLines(layouts);
  const words = options.keepHyphenation
    ? null
    : collectWords(layouts.flatMap(({ lines }) => lines.map(({ text }) => text)));
  return drafts.map(({ page, reason, links, layout }) => {
    const read = (leftOut: Set<Line>) =>
      linkFootnotes(readBlocks(layout, typography, leftOut), typography.body, page.number);
    const blocks = read(new Set());
    const kept = layout.lines.some((line) => running.has(line)) ? read(running) : blocks;
    const text = cleanText(toPlainText(blocks));
    return {
      number: page.number,
      label: page.label,
      width: page.shown.width,
      height: page.shown.height,
      rotation: page.rotation,
      text,
      markdown: cleanText(toMarkdown(kept, { words })),
      links,
      details: {
        engine: page.engine,
        fallback: page.fallback,
        ocrReason: reason,
        ocr: page.ocr?.found ?? null,
        language: guessLanguage(text),
        hidden: reportHidden(page.hidden),
        annotations: page.annotations,
        formFields: page.formFields,
        blocks: blocks.map(toPageBlock),
      },
    };
  });
}

/** Garbage helps nobody; that the page has it is told. */
function isReadable({ text }: { text: string }): boolean {
  return garbledShare([text]) <= 0.5;
}

function toPageBlock(block: Block): PageBlock {
  const { kind, box } = block;
  const level = kind === 'HEADING' ? block.level : null;
  const rows =
    kind === 'TABLE' ? block.rows.map((row) => row.map((cell) => ({ ...cell, text: cleanText(cell.text) }))) : null;
  return { kind, ...rounded(box), text: cleanText(toPlainText([block])), level, rows };
}

/** To a hundredth of a point: more says nothing and takes much room. */
function rounded({ x, y, width, height }: Box): Box {
  const round = (value: number) => Math.round(value * 100) / 100;
  return { x: round(x), y: round(y), width: round(width), height: round(height) };
}
