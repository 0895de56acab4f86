import { codes, readDocument, readTable } from './markdown.ts';

/** A folder or file of `src/` from the first table of docs/architecture.md. */
export interface Module {
  name: string;
  rank: number;
  /** The only modules it may import; null if it may import all of lower rank. */
  onlyMayImport: string[] | null;
  /** Packages that no other module may use. */
  packages: string[];
}

const columns = ['Rank', 'Module', 'Contents', 'May import', 'Packages it alone uses'];

/** Reads the import rules from docs/architecture.md, their only source. */
export function readModules(): Module[] {
  return readTable(readDocument('docs/architecture.md'), columns).map((row) => {
    const mayImport = row['May import'] ?? '';
    return {
      name: codes(row.Module)[0] ?? '',
      rank: Number(row.Rank),
      onlyMayImport: ['rank 0', 'lower ranks'].includes(mayImport) ? null : codes(mayImport),
      packages: codes(row['Packages it alone uses']),
    };
  });
}

/** A folder inside a module of `src/`, from the second table of docs/architecture.md. */
export interface ModuleFolder {
  module: string;
  folder: string;
  /** The folders of the same module that it may import. */
  mayImport: string[];
}

/** Reads the import rules inside modules. */
export function readModuleFolders(): ModuleFolder[] {
  const columns = ['Module', 'Folder', 'Contents', 'May import'];
  return readTable(readDocument('docs/architecture.md'), columns).map((row) => ({
    module: codes(row.Module)[0] ?? '',
    folder: codes(row.Folder)[0] ?? '',
    mayImport: codes(row['May import']),
  }));
}
