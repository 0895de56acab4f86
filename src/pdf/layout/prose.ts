import type { Line } from './lines.ts';
import { bottom, right } from './piece.ts';

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
  return new Set(stacks.filter(isProse).flatMap((stack) => stack.lines));
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
  if (long < 2 || long * 10 < all * 6) {
    return false;
  }
  const edge = lines.reduce((most, line) => Math.max(most, right(line)), 0);
  const left = lines.reduce((least, { x }) => Math.min(least, x), Infinity);
  const full = lines.slice(0, -1).filter((line) => right(line) - left > 0.85 * (edge - left)).length;
  const goOn = lines.slice(1).filter(({ text }) => /^\p{Ll}/u.test(text)).length;
  return full * 10 >= (all - 1) * 7 || (goOn * 10 >= (all - 1) * 4 && full * 2 >= all - 1);
}
