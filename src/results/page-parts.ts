import type { Database } from '../connections/database.ts';
import type { ExtractedPage } from '../pdf/model/document.ts';
import type { StoredImages } from './pages.ts';
import { columnOfPages, imagesOfPages, type PageColumn, wholePages } from './sql/page-parts.ts';
import { storedDetails, storedFailure, storedImages, storedLinks } from './stored-json.ts';

/** Whose pages are read: of a completed job nothing changes any more, it can only be deleted. */
export interface CompletedJob {
  id: string;
  revision: number;
}

/** The rows went while they were read: what was read so far is not all of it. */
export class ResultGoneError extends Error {
  constructor() {
    super('the result was deleted while it was read');
    this.name = 'ResultGoneError';
  }
}

/**
 * Rows part by part, each asked for when the one before it is used up: however many pages there are, and however slowly they
 * are taken, one part is in memory and no connection is held. Throws `ResultGoneError` where the end is not the end.
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
  // Pages go with their job, at once: if it is there still, all of them were there all the time.
  const [found] = await database.query('SELECT 1 AS found FROM jobs WHERE id = $1 AND revision = $2', [
    job.id,
    job.revision,
  ]);
  if (found === undefined) throw new ResultGoneError();
}

/** All pages of a completed job, in order. */
export async function* readWholePages(database: Database, job: CompletedJob): AsyncGenerator<ExtractedPage[]> {
  for await (const rows of readParts<ExtractedPage>(database, job, wholePages)) {
    yield rows.map((row) => ({
      ...row,
      links: storedLinks(row.links),
      details: storedDetails(row.details),
      failure: storedFailure(row.failure),
    }));
  }
}

/** The text or the Markdown of all pages of a completed job, in order. */
export async function* readPageColumn(
  database: Database,
  job: CompletedJob,
  column: PageColumn,
): AsyncGenerator<string[]> {
  for await (const rows of readParts<{ number: number; content: string }>(database, job, columnOfPages(column))) {
    yield rows.map(({ content }) => content);
  }
}

/** The images of all pages of a completed job that have some, in order. */
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

/** The size of each job's pages as one text, in bytes, the separators between them included; none of them is read for it. */
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
