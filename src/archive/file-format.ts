import { newUuid } from '../ids.ts';

/**
 * An archived job is one file of NDJSON, compressed with gzip. Its first line is the header; each further line is a row
 * of a table, as `{"table": …, "row": {column: value}}`, in the order in which a restore inserts them. A value is what
 * PostgreSQL's row_to_json makes of the column; a column of type json is a string, so that its text stays as it is.
 */
export interface ArchiveHeader {
  format: typeof archiveFormat;
  /** The UUID of the job. */
  job: string;
  /** The columns of each table. */
  columns: Record<ArchivedTable, string[]>;
}

/** Increases when a file can no longer be read like the earlier ones. */
export const archiveFormat = 1;

/** The tables with rows of a job, in the order in which a restore inserts them. */
export const archivedTables = ['jobs', 'job_attempts', 'pages'] as const;
export type ArchivedTable = (typeof archivedTables)[number];

/** Returns a new key for the file of a job. The janitor relies on keys never being reused. */
export function newArchiveKey(jobId: string): string {
  // The last digits of a UUIDv7 are random: no folder holds more than a 256th of the files.
  return `archives/${jobId.slice(-2)}/${jobId}-${newUuid()}.ndjson.gz`;
}

const linePattern = /^\{"table":"(\w+)","row":/;

/** Returns the table of a line; null if the line is not a row. */
export function tableOf(line: string): ArchivedTable | null {
  const [, table] = linePattern.exec(line) ?? [];
  return archivedTables.find((each) => each === table) ?? null;
}
