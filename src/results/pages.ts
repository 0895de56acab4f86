import type { Database } from '../connections/database.ts';
import { ClaimLostError, type Fenced, fence, fenceValues, leaseSeconds } from '../job-row/fence.ts';
import type { EngineName, ExtractedPage } from '../pdf/model/document.ts';
import type { PageImages } from '../pdf/model/images.ts';
import { searchedText } from './searched-text.ts';

/** Where the images of a page lie in storage. */
export interface StoredImages extends PageImages {
  /** The file that holds them with those of its neighbours; null if there are none. */
  key: string | null;
}

export interface PageToStore extends ExtractedPage {
  /** Left out where none were asked for. */
  images?: StoredImages;
}

/** The pages in $4 added to those that the same maker has stored; pages of another one do not count any more. */
export const withPages = (maker: string) => `(
           CASE WHEN j.stored_by = ${maker}::text THEN j.stored_pages ELSE '{}' END
           + (SELECT coalesce(range_agg(int4range(n, n, '[]')), '{}') FROM unnest($4::int[]) n))`;

/** How many pages a multirange holds. */
export const countOf = (pages: string) => `(SELECT coalesce(sum(upper(r) - lower(r)), 0)::int FROM unnest(${pages}) r)`;

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

/**
 * Inserts the pages of $4… for the row in `job`, which the statement has locked by its fence just before. A page that is
 * there already (made by another engine, say) is replaced.
 */
export const insertPages = `
    INSERT INTO pages AS p (job_id, tenant_id, number, label, width, height, rotation, text, markdown, links, details, images, failure, searched)
    SELECT job.id, job.tenant_id, page.* FROM job,
           unnest($4::int[], $5::text[], $6::real[], $7::real[], $8::int[], $9::text[], $10::text[], $11::jsonb[], $12::jsonb[],
                  $13::jsonb[], $14::text[], $15::text[]) AS page
    ON CONFLICT (job_id, number) DO UPDATE
       SET label = EXCLUDED.label, width = EXCLUDED.width, height = EXCLUDED.height, rotation = EXCLUDED.rotation,
           text = EXCLUDED.text, markdown = EXCLUDED.markdown, links = EXCLUDED.links, details = EXCLUDED.details,
           images = EXCLUDED.images, failure = EXCLUDED.failure, searched = EXCLUDED.searched`;

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

const storeGroup = `
WITH settings AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)),
job AS (
    UPDATE jobs j
       SET stored_pages = ${withPages('$22')}, stored_by = $22, engine = $16::"Engine",
           pages_total = $17, pages_done = $18, percent = GREATEST(j.percent, $19), progress_seq = GREATEST(j.progress_seq, $20),
           stage = 'EXTRACT', heartbeat_at = now(), lease_expires_at = now() + $21 * interval '1 second'
      FROM settings
     WHERE ${fence}
    RETURNING j.id, j.tenant_id, j.stored_pages
), page AS (${insertPages})
SELECT ${countOf('stored_pages')} AS stored FROM job`;

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
