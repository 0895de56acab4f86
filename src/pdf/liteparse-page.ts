import type { ParsedPage } from '@llamaindex/liteparse';
import { cleanText } from './clean-text.ts';
import type { ExtractedPage, Link } from './document.ts';
import { readUrl, textUnder } from './links.ts';
import { toPlainText } from './paragraphs.ts';
import { layOut } from './text-layout.ts';

const turns = [0, 90, 180, 270] as const;

/** By how much most of a page's text is turned on the display, clockwise. */
export function turnOf(page: ParsedPage): (typeof turns)[number] {
  const characters = [0, 0, 0, 0];
  for (const { rotation, text } of page.textItems) {
    const quarter = Math.round((rotation ?? 0) / 90) % 4;
    characters[quarter] = (characters[quarter] ?? 0) + text.length;
  }
  return turns[characters.indexOf(Math.max(...characters))] ?? 0;
}

/**
 * A page as LiteParse shows it, its text as LiteParse reads it once turned upright (the same page for nearly all). Rotation
 * isn't among what it tells; its sizes and places are those of the page as displayed.
 */
export function toPage(shown: ParsedPage, read: ParsedPage): ExtractedPage {
  return {
    number: shown.pageNum,
    label: cleanText(shown.pageLabel ?? '') || null,
    width: shown.width,
    height: shown.height,
    rotation: 0,
    text: cleanText(readText(read)),
    markdown: cleanText(read.markdown),
    links: readLinks(read),
  };
}

/** LiteParse's text keeps the look of the page, which sets columns side by side: those are put one after the other. */
function readText(page: ParsedPage): string {
  const { lines, columns } = layOut(page.textItems.filter(isUpright));
  if (!columns) {
    return page.text;
  }
  const rest = page.textItems.filter((item) => !isUpright(item));
  return toPlainText([...lines, ...rest.map((item) => ({ ...item, startsRegion: true }))]);
}

function isUpright({ rotation }: { rotation?: number }): boolean {
  return Math.round((rotation ?? 0) / 90) % 4 === 0;
}

function readLinks(page: ParsedPage): Link[] {
  const words = page.textItems.flatMap((item) => item.words ?? [item]);
  const links: Link[] = [];
  for (const annotation of page.annotations ?? []) {
    const url = annotation.subtype.toLowerCase() === 'link' ? readUrl(annotation.uri) : null;
    if (url !== null) {
      const quads = annotation.quadpointRects;
      const boxes = quads.length === 0 && annotation.rect !== undefined ? [annotation.rect] : quads;
      links.push({ text: textUnder(boxes, words), url, pageNumber: null });
    }
  }
  return links;
}
