import { type Box, bottom, right, sameRow, union } from '../model/box.ts';
import type { Block } from './block.ts';
import { readHeading, standsOut, type Typography } from './headings.ts';
import type { Line } from './lines.ts';

/** Thresholds of blocks. Distances are in sizes of the type. */
export const blockSettings = {
  /** Gap between two lines from which on they are two paragraphs. */
  widestLineGap: 0.75,
  /** The same in code, which programmers part by empty lines. */
  widestLineGapOfCode: 1.6,
  /** How far a line may begin above the end of the one before: beyond it, the text continues in another column. */
  farthestUp: 1.5,
  /** Difference in size within one paragraph, as a share. */
  sizeTolerance: 0.08,
  /** Gap within which a line continues the sentence of the line above. */
  sentenceGap: 0.5,
  /** Size of a line above a heading up to which it is no heading itself, and its gap at most, in sizes of the heading. */
  kickerSize: 0.8,
  kickerGap: 1.2,
  /** Width of such a line at most, in widths of the heading: a longer one is the first line of the title. */
  kickerWidth: 0.6,
};

const bullet = /^([•‣▪●◦○■□◆❖➢✓·\uf0b7\uf0a7-])(?<!-(?=-))\s*(?=\S)/u;
const numbered = /^(\(?\d{1,3}[.)]|\(?[a-z]\)|\(?[ivx]{1,4}[.)])\s+(?=\S)/u;

/**
 * Groups lines in reading order into paragraphs, list items, code and headings. `alone` tells whether no other bold
 * line stands beside a line.
 */
export function toBlocks(lines: Line[], typography: Typography, alone: (line: Line) => boolean): Block[] {
  const groups: Line[][] = [];
  for (const line of lines) {
    const current = groups.at(-1);
    const before = current?.at(-1);
    if (current === undefined || before === undefined || startsBlock(before, line, current, typography)) {
      groups.push([line]);
    } else {
      current.push(line);
    }
  }
  const blocks = groups.map((group, index) => {
    const isInSentence = () =>
      continuesSentence(groups[index - 1], group) || continuesSentence(group, groups[index + 1]);
    return toBlock(group, typography, () => group.every(alone) && !isInSentence());
  });
  return withoutKickers(mergeNumbers(blocks, typography));
}

/** A small line right above a larger heading names its section or series: it is not a heading of the text below. */
function withoutKickers(blocks: Block[]): Block[] {
  return blocks.map((block, index) => {
    const next = blocks[index + 1];
    if (block.kind !== 'HEADING' || next?.kind !== 'HEADING' || block.lines.length > 1) return block;
    const [size, larger] = [block.lines[0]?.size ?? 0, next.lines[0]?.size ?? 0];
    const gap = next.box.y - bottom(block.box);
    const { kickerSize, kickerGap, kickerWidth } = blockSettings;
    const isShort = block.box.width < kickerWidth * next.box.width;
    const isKicker = isShort && size < kickerSize * larger && gap >= 0 && gap < kickerGap * larger;
    return isKicker ? { kind: 'PARAGRAPH', box: block.box, lines: block.lines } : block;
  });
}

function startsBlock(before: Line, line: Line, current: Line[], { mostlyFixedWidth }: Typography): boolean {
  const { sizeTolerance, widestLineGap, widestLineGapOfCode, farthestUp } = blockSettings;
  const gap = line.y - bottom(before);
  const size = Math.max(line.size, before.size);
  if (sameRow(before, line) && line.x >= before.x) {
    return false;
  }
  const isCode = line.fixedWidth && before.fixedWidth && !mostlyFixedWidth;
  const isItem = bullet.test(current[0]?.text ?? '');
  return (
    line.fixedWidth !== before.fixedWidth ||
    Math.abs(line.size - before.size) > sizeTolerance * size ||
    gap > (isCode ? widestLineGapOfCode : widestLineGap) * size ||
    gap < -farthestUp * size ||
    (line.boldThroughout !== before.boldThroughout && !isItem && !isCode) ||
    (!isCode && !isBelow(line, before, current)) ||
    (!isCode && (bullet.test(line.text) || numbered.test(line.text)))
  );
}

/**
 * Reports whether a line stands below the one before. If it goes on inside a sentence, below any part of its row is
 * enough: wide gaps of justified text part a row into several lines.
 */
function isBelow(line: Line, before: Line, current: Line[]): boolean {
  if (overlaps(before, line)) return true;
  return /^[“"‘']?\p{Ll}/u.test(line.text) && current.some((other) => sameRow(other, before) && overlaps(other, line));
}

function overlaps(a: Box, b: Box): boolean {
  return Math.min(right(a), right(b)) > Math.max(a.x, b.x);
}

/**
 * Reports whether bold words begin or end inside a sentence: the next line follows at the usual distance with a small
 * letter.
 */
function continuesSentence(above: Line[] | undefined, below: Line[] | undefined): boolean {
  const { sizeTolerance, sentenceGap } = blockSettings;
  const last = above?.at(-1);
  const first = below?.[0];
  if (last === undefined || first === undefined || Math.abs(last.size - first.size) > sizeTolerance * last.size) {
    return false;
  }
  const gap = first.y - bottom(last);
  return Math.abs(gap) < sentenceGap * last.size && /^\p{Ll}/u.test(first.text);
}

function toBlock(lines: Line[], typography: Typography, alone: () => boolean): Block {
  const box = union(lines);
  const first = lines[0]?.text ?? '';
  if (!typography.mostlyFixedWidth && lines.length > 1 && lines.every(({ fixedWidth }) => fixedWidth)) {
    return { kind: 'CODE', box, lines };
  }
  const heading = bullet.test(first) ? null : readHeading(lines, alone, typography);
  if (heading !== null) {
    return { kind: 'HEADING', box, size: heading.size, lines };
  }
  const marker = (bullet.exec(first) ?? numbered.exec(first))?.[1];
  return marker === undefined ? { kind: 'PARAGRAPH', box, lines } : { kind: 'LIST_ITEM', box, marker, lines };
}

const onlyNumber = /^(?:\d{1,3}|[IVXLC]{1,6})[.:]?$/;

/** Joins the number of a chapter, set large on a line by itself, with the heading below. */
function mergeNumbers(blocks: Block[], { body }: Typography): Block[] {
  const merged: Block[] = [];
  for (const block of blocks) {
    const before = merged.at(-1);
    const line = before?.kind === 'PARAGRAPH' && before.lines.length === 1 ? before.lines[0] : undefined;
    const isNumber = line !== undefined && standsOut(line.size, body) && onlyNumber.test(line.text);
    if (block.kind === 'HEADING' && isNumber) {
      merged[merged.length - 1] = { ...block, box: union([line, block.box]), lines: [line, ...block.lines] };
    } else {
      merged.push(block);
    }
  }
  return merged;
}
