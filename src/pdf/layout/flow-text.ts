import type { Piece } from '../model/piece.ts';
import { joint } from './hyphenation.ts';
import { isApart, joinText, type Line } from './lines.ts';
import { escapeMarkdown, markdownLink } from './markdown-text.ts';
import { isRightToLeft } from './text-direction.ts';

/**
 * A stretch of text under one link or none, or the number of a footnote. Kept in parts: growing one string would cost
 * its square.
 */
interface Stretch {
  url: string | undefined;
  note: string | undefined;
  parts: string[];
}

/** Joins the text of lines, with links as Markdown. With `words`, words broken at line ends become whole again. */
export function flowText(lines: Line[], words: Set<string> | null): string {
  const flow: Stretch[] = [];
  for (const line of lines) {
    for (const [index, stretch] of stretches(line).entries()) {
      append(flow, stretch, index === 0 ? words : undefined);
    }
  }
  return flow.map(render).join('').trim();
}

function render({ url, note, parts }: Stretch): string {
  if (note !== undefined) return `[^${note}]`;
  return url === undefined ? escapeMarkdown(parts.join('')) : markdownLink(parts.join(''), url);
}

/** Appends a part; `words` is undefined within a line. */
function append(flow: Stretch[], { url, note, text }: Part, words: Set<string> | null | undefined): void {
  const last = flow.at(-1);
  let after = text;
  const isSame = last !== undefined && last.url === url && last.note === undefined && note === undefined;
  if (last !== undefined && words !== undefined) {
    const { before, gap } = joint(last.parts.at(-1) ?? '', text, words);
    last.parts[last.parts.length - 1] = before;
    if (isSame || (last.url === undefined && last.note === undefined)) last.parts.push(gap);
    else if (url === undefined && note === undefined) after = gap + text;
    else flow.push({ url: undefined, note: undefined, parts: [gap] });
  }
  if (isSame) last.parts.push(after);
  else flow.push({ url, note, parts: [after] });
}

interface Part {
  url: string | undefined;
  note: string | undefined;
  text: string;
}

/** Splits a line's text by link and footnote, with the spaces between them. */
function stretches(line: Line): Part[] {
  if (line.pieces.every(({ url, note }) => url === undefined && note === undefined) || isRightToLeft(line.text)) {
    return [{ url: undefined, note: undefined, text: line.text }];
  }
  const runs: Piece[][] = [];
  for (const piece of line.pieces) {
    const run = runs.at(-1);
    if (run?.[0] !== undefined && run[0].url === piece.url && run[0].note === piece.note) run.push(piece);
    else runs.push([piece]);
  }
  return runs.map((run, index) => {
    const [url, note] = [run[0]?.url, run[0]?.note];
    const space = (before: Piece[] | undefined, after: Piece[] | undefined) =>
      url === undefined && isParted(before, after) ? ' ' : '';
    const text = joinText(run, (piece) => piece.text);
    return { url, note, text: `${space(runs[index - 1], run)}${text}${space(run, runs[index + 1])}` };
  });
}

/**
 * Reports whether a space separates two runs: always beside links, beside the number of a footnote only if it is
 * printed.
 */
function isParted(before: Piece[] | undefined, after: Piece[] | undefined): boolean {
  const [last, first] = [before?.at(-1), after?.[0]];
  if (last === undefined || first === undefined) return false;
  return (last.note === undefined && first.note === undefined) || isApart(last, first);
}
