import { setImmediate } from 'node:timers/promises';
import type { Database } from '../connections/database.ts';
import type { ExtractedPage } from '../pdf/model/document.ts';
import type { StoredImages } from './pages.ts';
import { columnOfPages, imagesOfPages, type PageColumn, wholePages } from './sql/page-parts.ts';
import { storedDetails, storedFailure, storedImages, storedLinks } from './stored-json.ts';

/** A completed job, whose pages do not change. It can only be deleted. */
export interface CompletedJob {
  id: string;
  revision: number;
}

/** Thrown if the job is deleted while its pages are read, so that the pages read so far are incomplete. */
export class ResultGoneError extends Error {
  constructor() {
    super('the result was deleted while it was read');
    this.name = 'ResultGoneError';
  }
}

/**
 * Reads rows in parts, each when the previous one is used up. So only one part is in memory, and no connection is held,
 * even for many pages and slow readers. Throws `ResultGoneError` if rows are missing at the end.
 */
async function* readParts<Row extends { number: number }>(
  database: Database,
  job: CompletedJob,
  statement: string,
): AsyncGenerator<Row[], void, undefined> {
  let after = 0;
  for (;;) {
    const rows = await database.query<Row>(statement, [job.id, after]);
    const last = rows.at(-1);
    if (last === undefined) break;
    yield rows;
    after = last.number;
  }
  // Pages are deleted with their job. If the job still exists, no page was missing.
  const [found] = await database.query('SELECT 1 AS found FROM jobs WHERE id = $1 AND revision = $2', [
    job.id,
    job.revision,
  ]);
  if (found === undefined) throw new ResultGoneError();
}

/** Reads all pages of a completed job, in order. */
export async function* readWholePages(database: Database, job: CompletedJob): AsyncGenerator<ExtractedPage[]> {
  for await (const rows of readParts<ExtractedPage>(database, job, wholePages)) {
    // A page with 200,000 links takes a tenth of a second to parse, and nearly as long to check and to serialise.
    await setImmediate();
    const pages = rows.map((row) => ({
      ...row,
      links: storedLinks(row.links),
      details: storedDetails(row.details),
      failure: storedFailure(row.failure),
    }));
    await setImmediate();
    yield pages;
  }
}

/** Reads the text or Markdown of all pages of a completed job, in order. */
export async function* readPageColumn(
  database: Database,
  job: CompletedJob,
  column: PageColumn,
): AsyncGenerator<string[]> {
  for await (const rows of readParts<{ number: number; content: string }>(database, job, columnOfPages(column))) {
    yield rows.map(({ content }) => content);
  }
}

/** Reads the images of a completed job, in the order of its pages. */
export async function* readPageImages(
  database: Database,
  job: CompletedJob,
): AsyncGenerator<{ number: number; images: StoredImages }> {
  for await (const rows of readParts<{ number: number; images: unknown }>(database, job, imagesOfPages)) {
    for (const { number, images: found } of rows) {
      const images = storedImages(found);
      if (images !== null) yield { number, images };
    }
  }
}

/** Returns the size of each job's pages as one text with separators, in bytes, without reading them. */
export async function measurePages(
  database: Database,
  jobIds: readonly string[],
  column: PageColumn,
): Promise<Map<string, number>> {
  const rows = await database.query<{ id: string; bytes: bigint }>(
    `SELECT job_id AS id, (sum(octet_length(${column})) + count(*) - 1)::bigint AS bytes
       FROM pages WHERE job_id = ANY($1::uuid[]) GROUP BY job_id`,
    [[...jobIds]],
  );
  return new Map(rows.map(({ id, bytes }) => [id, Number(bytes)]));
}
