import { codes, readDocument, readTable } from './markdown.ts';

/** A folder or file of `src/`, as the table of docs/architecture.md has it. */
export interface Room {
  name: string;
  rank: number;
  /** The only rooms it may import; null for all of lower rank. */
  onlyMayImport: string[] | null;
  /** Packages that no other room may use. */
  packages: string[];
}

const columns = ['Rank', 'Room', 'What is in it', 'May import', 'Packages it alone uses'];

/** The import rules, from the one place where they stand. */
export function readRooms(): Room[] {
  return readTable(readDocument('docs/architecture.md'), columns).map((row) => {
    const mayImport = row['May import'] ?? '';
    return {
      name: codes(row.Room)[0] ?? '',
      rank: Number(row.Rank),
      onlyMayImport: ['rank 0', 'lower ranks'].includes(mayImport) ? null : codes(mayImport),
      packages: codes(row['Packages it alone uses']),
    };
  });
}
