import { bottom, right } from '../model/box.ts';
import type { Line } from './lines.ts';

interface Stack {
  lines: Line[];
  last: Line;
}

/** Lines of running text: they stand one below the other, and nearly all reach as far as the widest. */
export function proseLines(lines: Line[]): Set<Line> {
  const stacks: Stack[] = [];
  let open: Stack[] = [];
  for (const line of lines.toSorted((a, b) => a.y - b.y || a.x - b.x)) {
    open = open.filter(({ last }) => line.y - bottom(last) < 0.8 * last.size).slice(-mostOpen);
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
  const cells = prose.length === 0 || stacks.length > mostStacks ? new Set<Stack>() : cellsOf(stacks);
  return new Set(prose.flatMap((stack) => (cells.has(stack) ? [] : stack.lines)));
}

/** A page with more of them is a drawing or a map: each is compared with all others on its height. */
const mostStacks = 3_000;
/** Cells of a table have few lines, */
const mostCellLines = 8;
/** and so many stand one below the other, each beside another one, */
const fewestCells = 3;
/** no further apart than this, in sizes of their type. */
const widestGap = 3;

/** What stands row by row beside something else, its first line or its middle on one height with that, is in a table and not in columns. */
function cellsOf(stacks: Stack[]): Set<Stack> {
  const heights = new Map<number, Stack[]>();
  const columns = new Map<number, Stack[]>();
  const put = (map: Map<number, Stack[]>, key: number, stack: Stack) => {
    const there = map.get(key);
    if (there === undefined) map.set(key, [stack]);
    else there.push(stack);
  };
  for (const stack of stacks) {
    for (const key of heightsOf(stack)) put(heights, key, stack);
    put(columns, Math.round((stack.lines[0]?.x ?? 0) / 2), stack);
  }
  const isBeside = (stack: Stack) =>
    stack.lines.length <= mostCellLines &&
    heightsOf(stack).some((key) => heights.get(key)?.some((other) => areApart(stack, other)));
  const cells = new Set<Stack>();
  for (const column of columns.values()) {
    let chain: Stack[] = [];
    const flush = () => {
      if (chain.length >= fewestCells) for (const stack of chain) cells.add(stack);
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
 * Keys for the heights of its first line and of its middle, each rounded in two ways, so that what is near is the same in one of them:
 * four kinds of keys, told apart by their remainders.
 */
function heightsOf({ lines: [first], last }: Stack): number[] {
  if (first === undefined) return [];
  const [top, middle] = [first.y / 3, (first.y + bottom(last)) / 6];
  return [4 * Math.floor(top), 4 * Math.round(top) + 1, 4 * Math.floor(middle) + 2, 4 * Math.round(middle) + 3];
}

function areApart({ last: a }: Stack, { last: b }: Stack): boolean {
  return right(a) < b.x || right(b) < a.x;
}

/** Columns that stand side by side; more are no text. */
const mostOpen = 40;

function continues(above: Line, line: Line): boolean {
  const { size } = above;
  return (
    Math.abs(line.size - size) < 0.1 * size &&
    line.y - above.y > 0.5 * size &&
    line.y - bottom(above) < 0.8 * size &&
    Math.abs(line.x - above.x) < 3 * size &&
    Math.min(right(line), right(above)) > Math.max(line.x, above.x)
  );
}

function isProse({ lines }: Stack): boolean {
  const all = lines.length;
  const long = lines.filter(({ text }) => text.length >= 30).length;
  if (long < 2 || long * 10 < all * 6 || lines.some(({ text }) => text.includes('....'))) {
    return false;
  }
  const edge = lines.reduce((most, line) => Math.max(most, right(line)), 0);
  const left = lines.reduce((least, { x }) => Math.min(least, x), Infinity);
  const full = lines.slice(0, -1).filter((line) => right(line) - left > 0.85 * (edge - left)).length;
  const goOn = lines.slice(1).filter(({ text }) => /^\p{Ll}/u.test(text)).length;
  return full * 10 >= (all - 1) * 7 || (goOn * 10 >= (all - 1) * 4 && full * 2 >= all - 1);
}
