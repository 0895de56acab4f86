import { isRightToLeft } from '../text-direction.ts';
import { joint } from './hyphenation.ts';
import { joinText, type Line } from './lines.ts';
import { escapeMarkdown, markdownLink } from './markdown-text.ts';
import type { Piece } from './piece.ts';

/** A stretch of text under one link, or under none. Kept in parts, as text that grows and is looked at costs its square. */
interface Stretch {
  url: string | undefined;
  parts: string[];
}

/** The text of lines as one, its links as Markdown. `words`, where given, are for joining those that line ends part. */
export function flowText(lines: Line[], words: Set<string> | null): string {
  const flow: Stretch[] = [];
  for (const line of lines) {
    for (const [index, { url, text }] of stretches(line).entries()) {
      append(flow, url, text, index === 0 ? words : undefined);
    }
  }
  return flow
    .map(({ url, parts }) => (url === undefined ? escapeMarkdown(parts.join('')) : markdownLink(parts.join(''), url)))
    .join('')
    .trim();
}

/** `words` are given where a line begins. */
function append(flow: Stretch[], url: string | undefined, text: string, words: Set<string> | null | undefined): void {
  const last = flow.at(-1);
  let after = text;
  if (last !== undefined && words !== undefined) {
    const { before, gap } = joint(last.parts.at(-1) ?? '', text, words);
    last.parts[last.parts.length - 1] = before;
    if (last.url === url || last.url === undefined) last.parts.push(gap);
    else if (url === undefined) after = gap + text;
    else flow.push({ url: undefined, parts: [gap] });
  }
  if (last !== undefined && last.url === url) last.parts.push(after);
  else flow.push({ url, parts: [after] });
}

/** A line's text by link, with the spaces between them. */
function stretches(line: Line): { url: string | undefined; text: string }[] {
  if (line.pieces.every(({ url }) => url === undefined) || isRightToLeft(line.text)) {
    return [{ url: undefined, text: line.text }];
  }
  const runs: Piece[][] = [];
  for (const piece of line.pieces) {
    const run = runs.at(-1);
    if (run !== undefined && run[0]?.url === piece.url) run.push(piece);
    else runs.push([piece]);
  }
  return runs.map((run, index) => {
    const text = joinText(run, (piece) => piece.text);
    const plain = run[0]?.url === undefined;
    const [before, after] = [plain && index > 0 ? ' ' : '', plain && index < runs.length - 1 ? ' ' : ''];
    return { url: run[0]?.url, text: `${before}${text}${after}` };
  });
}
