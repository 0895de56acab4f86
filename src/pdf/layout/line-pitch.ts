/** Thresholds of blocks that are set side by side without belonging together. */
export const pitchSettings = {
  /** Minimum number of lines of each block. */
  minLines: 3,
  /** Maximum difference between the distances within one block, as a share. */
  sameDistance: 0.06,
  /**
   * Minimum difference between the distances of two blocks, as a share: those of a table are the same, or multiples.
   */
  otherDistance: 0.06,
  /** Maximum distance from line to line, in sizes of the type. */
  widestDistance: 2.5,
};

/**
 * Reports whether two blocks side by side are independent: each has a constant distance from line to line, and the
 * distances differ, as those of an address and of the facts beside it do. The lines of a table's cells share theirs.
 * `left` and `rest` are the middles of their lines.
 */
export function areIndependent(left: number[], rest: number[], size: number): boolean {
  const [a, b] = [pitchOf(left, size), pitchOf(rest, size)];
  if (a === null || b === null) return false;
  const ratio = Math.max(a, b) / Math.min(a, b);
  return Math.abs(ratio - Math.round(ratio)) > pitchSettings.otherDistance;
}

/** Returns the distance from line to line; null if it is not constant. */
function pitchOf(middles: number[], size: number): number | null {
  const { minLines, sameDistance, widestDistance } = pitchSettings;
  const rows: number[] = [];
  for (const middle of middles.toSorted((a, b) => a - b)) {
    if (middle - (rows.at(-1) ?? -Infinity) > 0.35 * size) rows.push(middle);
  }
  const [first = 0, last = 0] = [rows[0], rows.at(-1)];
  const pitch = (last - first) / (rows.length - 1);
  const isConstant = rows.every((row, index) => Math.abs(row - first - index * pitch) < sameDistance * pitch);
  return rows.length >= minLines && isConstant && pitch <= widestDistance * size ? pitch : null;
}
