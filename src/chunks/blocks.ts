/** A unit of a page's Markdown: a heading, a paragraph, a list, a table, code. */
export interface Block {
  /** 1 to 6 for headings, 0 for everything else. */
  level: number;
  /** Its offset in the page's Markdown. */
  start: number;
  /** Includes the blank lines after it. */
  text: string;
}

const heading = /^(#{1,6})[ \t]/;
const fence = /^\s{0,3}(`{3,}|~{3,})/;

/** Splits a page's Markdown into blocks; concatenated, they are the page. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let block: Block | null = null;
  let fencedBy: string | null = null;
  let isTable = false;
  let isOver = false;
  let start = 0;
  for (const line of markdown.split(/(?<=\n)/)) {
    const level = fencedBy === null && !isTable ? (heading.exec(line)?.[1]?.length ?? 0) : 0;
    const isBlank = line.trim() === '';
    if (block === null || level > 0 || block.level > 0 || (isOver && !isBlank)) {
      if (!(isBlank && block !== null)) {
        block = { level, start, text: '' };
        blocks.push(block);
      }
    }
    block.text += line;
    start += line.length;
    const mark = fence.exec(line)?.[1];
    if (mark !== undefined && !isTable) {
      if (fencedBy === null) fencedBy = mark;
      else if (mark.startsWith(fencedBy)) fencedBy = null;
    }
    if (fencedBy === null) {
      if (/^\s*<table/i.test(line)) isTable = true;
      if (isTable && /<\/table>/i.test(line)) isTable = false;
    }
    isOver = isBlank && fencedBy === null && !isTable;
  }
  return blocks;
}

/** The text of a heading without its markup. */
export function titleOf(text: string): string {
  return text
    .replace(heading, '')
    .replace(/[ \t]#+\s*$/, '')
    .trim();
}
