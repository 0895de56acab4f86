import type { Database } from '../connections/database.ts';
import { ClaimLostError, type Fenced, fenceValues, leaseSeconds } from '../job-row/fence.ts';
import type { EngineName, ExtractedPage } from '../pdf/model/document.ts';
import type { PageImages } from '../pdf/model/images.ts';
import { searchedText } from './searched-text.ts';
import { storeGroup } from './sql/store-pages.ts';

/** Where the images of a page lie in storage. */
export interface StoredImages extends PageImages {
  /** The file that holds them with those of its neighbours; null if there are none. */
  key: string | null;
}

export interface PageToStore extends ExtractedPage {
  /** Left out where none were asked for. */
  images?: StoredImages;
}

/**
 * Groups of pages do not wait for the disk, so a crash of PostgreSQL can take the newest ones with it while the attempt
 * that made them lives on. The attempt notices by counting and gives the job back without its stored pages, so that the next
 * one makes all of them. How often a job may be given back is bounded, see retry-policy.ts.
 */
export class PagesLostError extends Error {
  constructor() {
    super('pages that were stored are gone');
    this.name = 'PagesLostError';
  }
}

/** The values $4 to $15 of `insertPages`. */
export function pageValues(pages: PageToStore[]) {
  return [
    pages.map((page) => page.number),
    pages.map((page) => page.label),
    pages.map((page) => page.width),
    pages.map((page) => page.height),
    pages.map((page) => page.rotation),
    pages.map((page) => page.text),
    pages.map((page) => page.markdown),
    pages.map((page) => JSON.stringify(page.links)),
    pages.map((page) => JSON.stringify(page.details)),
    pages.map(({ images }) => (images === undefined ? null : JSON.stringify(images))),
    pages.map((page) => page.failure),
    pages.map(searchedText),
  ];
}

/**
 * Stores a finished group of pages, the progress it means, and renews the lease, in one statement that does not wait for
 * the disk: if PostgreSQL crashes, pages and the record of them are lost together. Throws `PagesLostError` if that has happened.
 */
export async function storePages(
  context: { database: Database },
  claim: Fenced,
  pages: PageToStore[],
  by: { engine: EngineName; storedBy: string },
  progress: { seq: number; percent: number; pagesDone: number; pagesTotal: number },
): Promise<void> {
  const rows = await context.database.query<{ stored: number }>(storeGroup, [
    ...fenceValues(claim),
    ...pageValues(pages),
    by.engine,
    progress.pagesTotal,
    progress.pagesDone,
    progress.percent,
    progress.seq,
    leaseSeconds,
    by.storedBy,
  ]);
  const [row] = rows;
  if (row === undefined) throw new ClaimLostError();
  if (row.stored !== progress.pagesDone) throw new PagesLostError();
}
