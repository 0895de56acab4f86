import type { Rule } from '../../model/drawing.ts';
import { type Column, isAligned, type Part } from './columns.ts';
import { hasData, type TableRow } from './table-cells.ts';

/** Centres and edges nearer than this, in sizes of the type, are the same. */
const exactly = 0.1;

/**
 * The rows with the heads in them that stand over several columns: in the middle of them, or above a rule that is as
 * long.
 */
export function spanHeads(rows: TableRow[], columns: Column[], rules: Rule[]): TableRow[] {
  const heads = rows.findIndex((row) => row.parts.length === columns.length || hasData(row));
  return rows.map((row, index) => {
    if (index >= heads) return row;
    const below = extents(
      rows.filter(({ parts }) => parts.length > row.parts.length),
      columns,
    );
    const parts = row.parts.map((part, at) => {
      const from = (row.parts[at - 1]?.last ?? -1) + 1;
      const to = (row.parts[at + 1]?.first ?? columns.length) - 1;
      return overRule(row.bottom, part, below, rules, from, to) ?? centred(part, below, from, to) ?? part;
    });
    return { ...row, parts };
  });
}

/** The columns as far as these rows fill them. */
function extents(rows: TableRow[], columns: Column[]): Column[] {
  return columns.map((column, index) => {
    const there = rows.flatMap(({ parts }) => parts.filter(({ first, last }) => first === index && last === index));
    if (there.length === 0) return column;
    return { from: Math.min(...there.map(({ from }) => from)), to: Math.max(...there.map(({ to }) => to)) };
  });
}

/** The rule must be the part's own: what else stands above it has a column each. */
function overRule(end: number, part: Part, columns: Column[], rules: Rule[], least: number, most: number): Part | null {
  const { size } = part;
  const rule = rules.find(
    ({ at, from, to }) => at > end - 0.3 * size && at < end + size && from < part.from + 1 && to > part.to - 1,
  );
  if (rule === undefined) return null;
  const isOver = ({ from, to }: Column) => (from + to) / 2 > rule.from && (from + to) / 2 < rule.to;
  const [first, last] = [columns.findIndex(isOver), columns.findLastIndex(isOver)];
  return first >= least && last <= most && first <= part.first && last >= part.last ? { ...part, first, last } : null;
}

function centred(part: Part, columns: Column[], from: number, to: number): Part | null {
  const own = columns[part.first];
  if (own === undefined || (part.first === part.last && isAligned(part, own, exactly * part.size))) return null;
  for (let first = part.first; first >= from; first -= 1) {
    for (let last = part.last; last <= to; last += 1) {
      const over = { from: columns[first]?.from ?? 0, to: columns[last]?.to ?? 0 };
      const isCentred = Math.abs(part.from + part.to - over.from - over.to) < 2 * exactly * part.size;
      if (last > first && isCentred) return { ...part, first, last };
    }
  }
  return null;
}
