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

/** A folder inside a module of `src/`, as the second table of docs/architecture.md has it. */
export interface ModuleFolder {
  module: string;
  folder: string;
  /** The folders of the same module that it may import. */
  mayImport: string[];
}

/** The import rules inside modules. */
export function readModuleFolders(): ModuleFolder[] {
  const columns = ['Module', 'Folder', 'Contents', 'May import'];
  return readTable(readDocument('docs/architecture.md'), columns).map((row) => ({
    module: codes(row.Module)[0] ?? '',
    folder: codes(row.Folder)[0] ?? '',
    mayImport: codes(row['May import']),
  }));
}
