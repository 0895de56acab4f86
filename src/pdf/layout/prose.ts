import { bottom, right } from '../model/box.ts';
import type { Line } from './lines.ts';

/**
 * Thresholds of running text, as opposed to cells of tables and labels. Distances are in sizes of the type unless
 * stated otherwise.
 */
export const proseSettings = {
  /** Gap below a line from which on no line continues it. */
  widestLineGap: 0.8,
  /** Distance from the top of one line to the top of the next, at least: less is the same row. */
  minAdvance: 0.5,
  /** Difference in size within one text, as a share. */
  sizeTolerance: 0.1,
  /** Difference between the left edges of two lines of one text: indented first lines and hanging items. */
  widestIndent: 3,
  /** Texts that may stand side by side; more are no columns. */
  maxColumns: 40,
  /** Characters of a long line. */
  longLine: 30,
  /** Long lines of a text, at least, and their share. */
  minLongLines: 2,
  longShare: 0.6,
  /** Share of the widest line's width that a full line reaches. */
  fullWidth: 0.85,
  /** Share of full lines that makes lines a text. */
  fullShare: 0.7,
  /** Share of lines that continue a sentence, with which a smaller share of full lines is enough: ragged text. */
  continuedShare: 0.4,
  fullShareOfRagged: 0.5,
};

/** Thresholds of texts that are cells of a table, because other cells stand beside each of them. */
export const cellSettings = {
  /** Stacks of lines on a page above which it is a drawing or a map: each is compared with all others at its height. */
  maxStacks: 3_000,
  /** Lines of a cell, at most. */
  maxLines: 8,
  /** Cells that must stand one below the other. */
  minInColumn: 3,
  /** Gap between two of them, in sizes of the type. */
  widestGap: 3,
  /** Difference in height within one row, in points. */
  sameHeight: 3,
  /** Difference between left edges within one column, in points. */
  sameEdge: 2,
};

/** Lines that stand one below the other. */
interface Stack {
  lines: Line[];
  last: Line;
}

/** Returns the lines of running text: they stand one below the other, and nearly all reach as far as the widest. */
export function proseLines(lines: Line[]): Set<Line> {
  const { widestLineGap, maxColumns } = proseSettings;
  const stacks: Stack[] = [];
  let open: Stack[] = [];
  for (const line of lines.toSorted((a, b) => a.y - b.y || a.x - b.x)) {
    open = open.filter(({ last }) => line.y - bottom(last) < widestLineGap * last.size).slice(-maxColumns);
    const stack = open.find(({ last }) => continues(last, line));
    if (stack === undefined) {
      const begun = { lines: [line], last: line };
      stacks.push(begun);
      open.push(begun);
    } else {
      stack.lines.push(line);
      stack.last = line;
    }
  }
  const prose = stacks.filter(isProse);
  const cells = prose.length === 0 || stacks.length > cellSettings.maxStacks ? new Set<Stack>() : cellsOf(stacks);
  return new Set(prose.flatMap((stack) => (cells.has(stack) ? [] : stack.lines)));
}

/**
 * Returns the stacks that are cells of a table and not columns of text: row by row, another stack stands beside each of
 * them with its first line or its middle at the same height.
 */
function cellsOf(stacks: Stack[]): Set<Stack> {
  const { maxLines, minInColumn, widestGap, sameEdge } = cellSettings;
  const heights = new Map<number, Stack[]>();
  const columns = new Map<number, Stack[]>();
  const put = (map: Map<number, Stack[]>, key: number, stack: Stack) => {
    const there = map.get(key);
    if (there === undefined) map.set(key, [stack]);
    else there.push(stack);
  };
  for (const stack of stacks) {
    for (const key of heightsOf(stack)) put(heights, key, stack);
    put(columns, Math.round((stack.lines[0]?.x ?? 0) / sameEdge), stack);
  }
  const isBeside = (stack: Stack) =>
    stack.lines.length <= maxLines &&
    heightsOf(stack).some((key) => heights.get(key)?.some((other) => areApart(stack, other)));
  const cells = new Set<Stack>();
  for (const column of columns.values()) {
    let chain: Stack[] = [];
    const flush = () => {
      if (chain.length >= minInColumn) for (const stack of chain) cells.add(stack);
      chain = [];
    };
    for (const stack of column) {
      const last = chain.at(-1)?.last;
      const first = stack.lines[0];
      if (last !== undefined && first !== undefined && first.y - bottom(last) > widestGap * last.size) flush();
      if (isBeside(stack)) chain.push(stack);
      else flush();
    }
    flush();
  }
  return cells;
}

/**
 * Returns keys for the heights of a stack's first line and of its middle, each rounded in two ways, so that
 * neighbouring heights share one of them: four kinds of keys, told apart by their remainders.
 */
function heightsOf({ lines: [first], last }: Stack): number[] {
  if (first === undefined) return [];
  const { sameHeight } = cellSettings;
  const [top, middle] = [first.y / sameHeight, (first.y + bottom(last)) / (2 * sameHeight)];
  return [4 * Math.floor(top), 4 * Math.round(top) + 1, 4 * Math.floor(middle) + 2, 4 * Math.round(middle) + 3];
}

function areApart({ last: a }: Stack, { last: b }: Stack): boolean {
  return right(a) < b.x || right(b) < a.x;
}

function continues(above: Line, line: Line): boolean {
  const { sizeTolerance, minAdvance, widestLineGap, widestIndent } = proseSettings;
  const { size } = above;
  return (
    Math.abs(line.size - size) < sizeTolerance * size &&
    line.y - above.y > minAdvance * size &&
    line.y - bottom(above) < widestLineGap * size &&
    Math.abs(line.x - above.x) < widestIndent * size &&
    Math.min(right(line), right(above)) > Math.max(line.x, above.x)
  );
}

/** The dots of a table of contents. */
const leaders = '....';

function isProse({ lines }: Stack): boolean {
  const { longLine, minLongLines, longShare, fullWidth, fullShare, continuedShare, fullShareOfRagged } = proseSettings;
  const long = lines.filter(({ text }) => text.length >= longLine).length;
  if (long < minLongLines || long < longShare * lines.length || lines.some(({ text }) => text.includes(leaders))) {
    return false;
  }
  const edge = lines.reduce((most, line) => Math.max(most, right(line)), 0);
  const left = lines.reduce((least, { x }) => Math.min(least, x), Infinity);
  // The last line of a paragraph may be short, and the first one begins a sentence.
  const counted = lines.length - 1;
  const full = lines.slice(0, -1).filter((line) => right(line) - left > fullWidth * (edge - left)).length;
  const continued = lines.slice(1).filter(({ text }) => /^\p{Ll}/u.test(text)).length;
  return full >= fullShare * counted || (continued >= continuedShare * counted && full >= fullShareOfRagged * counted);
}
