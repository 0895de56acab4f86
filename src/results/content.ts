import type { Database } from '../connections/database.ts';
import { measuredRead } from './sql/measured-read.ts';

/**
 * A value of a row that may be large, in SQL. `w` is the row of the request: `w.id` is the id of the job, `w.number` a
 * number whose meaning depends on the value, such as that of a page.
 */
export interface Content<T> {
  /** A unique name. */
  name: string;
  /** The table, and the condition that finds the row. */
  from: string;
  where: string;
  value: string;
  /** Its size in bytes, determined without reading the value where possible. */
  bytes: string;
  /** Size limit of a single value, in bytes. */
  maxBytes: number;
  /** Whether its statement is frequent, and so worth preparing. */
  isCommon: boolean;
  parse(value: unknown): T;
}

/** Size limits of a single value, in bytes. Parsing JSON blocks the event loop for 5 to 10 ms per MiB. */
export const maxTextBytes = 8 * 1024 ** 2;
export const maxJsonBytes = 2 * 1024 ** 2;

/** A list of any length in a JSON column, in SQL. */
export interface ContentList<T> extends Pick<Content<T>, 'name' | 'from' | 'where'> {
  column: string;
  check: { parse(value: unknown): T[] };
}

/** Maximum items of a list field without a connection. Completing this many takes GraphQL about 10 ms. */
export const listItems = 2_000;

/** Returns a part of a list: a number of items from `start`. */
export function listPart<T>(list: ContentList<T>, start: number, items: number): Content<T[]> {
  const { name, from, where, column, check } = list;
  const part = `jsonb_path_query_array(${column}, '$[${start} to ${start + items - 1}]')`;
  const isFirst = start === 0 && items === listItems;
  // Nearly all lists are short, and cutting one is slower than reading it.
  const value = isFirst ? `CASE WHEN jsonb_array_length(${column}) > ${items} THEN ${part} ELSE ${column} END` : part;
  return {
    from,
    where,
    value: `coalesce(${value}, '[]')`,
    name: `${name}[${start}, ${items}]`,
    bytes: rawSize(value),
    maxBytes: maxJsonBytes,
    isCommon: isFirst,
    parse: (found) => check.parse(found),
  };
}

/** Returns the number of items of a list. */
export function listLength({ name, from, where, column }: ContentList<unknown>): Content<number> {
  return {
    from,
    where,
    name: `${name}.length`,
    value: `coalesce(jsonb_array_length(${column}), 0)`,
    bytes: '8',
    maxBytes: maxJsonBytes,
    isCommon: true,
    parse: Number,
  };
}

/** Returns the size of JSON before compression, about that of its text, without creating the text. */
export function rawSize(json: string): string {
  return `coalesce(pg_column_size((${json}) #> '{}'), 0)`;
}

/** The key of a value. `number` is null if `from` needs none. */
export interface ContentKey {
  id: string;
  number: number | null;
}

/** A value with its size, or the reason why it was not read. */
export type FoundContent = { bytes: number; value: unknown } | 'TOO_LARGE' | 'GONE';

/** Reads the values that fit into `bytesLeft`, in one statement. Returns a result for each key. */
export async function readContent(
  database: Database,
  content: Content<unknown>,
  keys: readonly ContentKey[],
  bytesLeft: number,
): Promise<FoundContent[]> {
  const rows = await database.query<{ rank: number; bytes: number; fits: boolean; value: unknown }>(
    measuredRead(content),
    [keys.map(({ id }) => id), keys.map(({ number }) => number), content.maxBytes, bytesLeft],
    { prepared: content.isCommon },
  );
  const found: FoundContent[] = keys.map(() => 'GONE');
  for (const { rank, bytes, fits, value } of rows) found[rank - 1] = fits ? { bytes, value } : 'TOO_LARGE';
  return found;
}
