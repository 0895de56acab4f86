import type { Query } from '../connections/database.ts';
import { type ArchivedTable, archivedTables } from './file-format.ts';
import { listColumns, type StoredColumn } from './sql/lines.ts';

export type Columns = Record<ArchivedTable, StoredColumn[]>;

/** Reads which columns the tables of the archive have in this database. */
export async function readColumns(query: Query): Promise<Columns> {
  const columns: Columns = { jobs: [], job_attempts: [], pages: [] };
  for (const table of archivedTables)
    columns[table] = await query<StoredColumn & Record<string, string>>(listColumns, [table]);
  return columns;
}
