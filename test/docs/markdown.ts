import { readFileSync } from 'node:fs';

export const root = new URL('../../', import.meta.url);

/** Reads a document of the repository by its path from the root. */
export function readDocument(path: string): string {
  return readFileSync(new URL(path, root), 'utf8');
}

/** Returns the rows of all tables with exactly these columns, as text by column. Throws if no table matches. */
export function readTable(markdown: string, columns: string[]): Record<string, string>[] {
  const lines = markdown.split('\n');
  const heads = lines.flatMap((line, index) =>
    line.startsWith('|') && cells(line).join('|') === columns.join('|') ? [index] : [],
  );
  if (heads.length === 0) throw new Error(`there is no table with the columns ${columns.join(', ')}`);
  return heads.flatMap((head) => {
    const rows = lines.slice(head + 2);
    const end = rows.findIndex((line) => !line.startsWith('|'));
    return rows
      .slice(0, end < 0 ? rows.length : end)
      .map((line) => Object.fromEntries(cells(line).map((cell, index) => [columns[index] ?? 'too many cells', cell])));
  });
}

function cells(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** Returns the texts between backticks. */
export function codes(text = ''): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
}
