import { cleanText } from '../content/clean-text.ts';
import { readableIn } from '../content/garbled.ts';
import { reportHidden } from '../content/hidden-text.ts';
import { guessLanguage } from '../content/language.ts';
import { placeLinks } from '../content/links.ts';
import { ocrReason } from '../content/needs-ocr.ts';
import { type Block, sizesOfHeading } from '../layout/block.ts';
import { blockConfidence } from '../layout/block-confidence.ts';
import { linkFootnotes } from '../layout/footnotes.ts';
import { headingLevel, headingSizes, measure, type Typography } from '../layout/headings.ts';
import { collectWords } from '../layout/hyphenation.ts';
import type { Line } from '../layout/lines.ts';
import { layOutPage, type PageLayout, readBlocks, readRunning, textOf } from '../layout/page-layout.ts';
import { toMarkdown } from '../layout/render-markdown.ts';
import { toPlainText } from '../layout/render-text.ts';
import { runningLines } from '../layout/running-lines.ts';
import { type Box, middle } from '../model/box.ts';
import type { ExtractedPage, Link, OcrReason, PageBlock } from '../model/document.ts';
import type { PageOptions } from '../model/extraction.ts';
import type { ReadPage } from '../model/read-page.ts';
import type { DocumentStyle } from './document-style.ts';

/** The pages of a group before their blocks are complete. */
export interface GroupLayout {
  pages: { page: ReadPage; reason: OcrReason | null; links: Link[]; layout: PageLayout }[];
  typography: Typography;
  running: Set<Line>;
}

/**
 * Lays out the pages of one group. Large type and running headers are determined for the group as a whole, together
 * with the style of the document if it has more groups.
 */
export function layOutGroup(pages: ReadPage[], style: DocumentStyle | null): GroupLayout {
  const laidOut = pages.map((page) => {
    const reason = page.ocr === null ? ocrReason(page) : page.ocr.reason;
    const isReadable = readableIn([...page.pieces, ...page.turned]);
    const { links, pieces } = placeLinks(page.links, page.pieces.filter(isReadable));
    return { page, reason, links, layout: layOutPage({ ...page, pieces, turned: page.turned.filter(isReadable) }) };
  });
  const layouts = laidOut.map(({ layout }) => layout);
  const typography = measure(layouts.flatMap(textOf));
  const others = [...(style?.pages ?? [])].filter(([number]) => pages.every((page) => page.number !== number));
  const running = runningLines(
    layouts,
    others.map(([, page]) => page),
    typography.body,
  );
  return { pages: laidOut, typography, running };
}

/** Creates the pages of one group from the output of the engines. */
export function finishPages(pages: ReadPage[], options: PageOptions, style: DocumentStyle | null): ExtractedPage[] {
  const group = layOutGroup(pages, style);
  const { typography, running } = group;
  const lines = group.pages.flatMap(({ layout }) => layout.lines);
  const words = options.keepHyphenation ? null : collectWords(lines.map(({ text }) => text));
  const drafts = group.pages.map((draft) => {
    const { page, layout } = draft;
    const body = linkFootnotes(readBlocks(layout, typography, running), typography.body, page.number);
    return { ...draft, body, blocks: withRunning(body, readRunning(layout, typography, running), layout.height) };
  });
  const sizes = style?.headingSizes ?? headingSizes(drafts.flatMap(({ body }) => body.flatMap(sizesOfHeading)));
  return drafts.map(({ page, reason, links, blocks, body }) => {
    const text = cleanText(toPlainText(blocks));
    const shown = options.keepHeadersFooters ? blocks : body;
    return {
      number: page.number,
      label: page.label,
      width: page.shown.width,
      height: page.shown.height,
      rotation: page.rotation,
      text,
      markdown: cleanText(toMarkdown(shown, { words, headingSizes: sizes })),
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
        blocks: blocks.map((block) => toPageBlock(block, sizes, typography)),
      },
      failure: null,
    };
  });
}

/**
 * Puts running headers before everything else on the page and footers after it, even if they stand between its columns.
 */
function withRunning(body: Block[], running: Block[], height: number): Block[] {
  if (running.length === 0) return body;
  const isHeader = ({ box }: Block) => middle(box) < height / 2;
  return [...running.filter(isHeader), ...body, ...running.filter((block) => !isHeader(block))];
}

function toPageBlock(block: Block, sizes: number[], typography: Typography): PageBlock {
  const { kind, box } = block;
  const level = kind === 'HEADING' ? headingLevel(block.size, sizes) : null;
  const rows =
    kind === 'TABLE' ? block.rows.map((row) => row.map((cell) => ({ ...cell, text: cleanText(cell.text) }))) : null;
  const confidence = blockConfidence(block, typography);
  return { kind, ...rounded(box), text: cleanText(toPlainText([block])), level, rows, confidence };
}

/** Rounds to a hundredth of a point. More precision is meaningless and takes space. */
function rounded({ x, y, width, height }: Box): Box {
  const round = (value: number) => Math.round(value * 100) / 100;
  return { x: round(x), y: round(y), width: round(width), height: round(height) };
}
