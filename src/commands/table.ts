/** Returns a line of a table for the terminal. The last column has no width. */
export function tableLine(widths: readonly number[], columns: readonly string[]): string {
  return columns
    .map((column, index) => column.padEnd(widths[index] ?? 0))
    .join('  ')
    .trimEnd();
}
