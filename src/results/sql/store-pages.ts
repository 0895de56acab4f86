import { fence } from '../../job-row/fence.ts';

/**
 * The stored pages of a job `j` and those of $4, if the same tools produced both. Pages of other tools no longer count.
 */
export const withPages = (maker: string) => `(
           CASE WHEN j.stored_by = ${maker}::text THEN j.stored_pages ELSE '{}' END
           + (SELECT coalesce(range_agg(int4range(n, n, '[]')), '{}') FROM unnest($4::int[]) n))`;

/** The number of pages in a multirange. */
export const countOf = (pages: string) => `(SELECT coalesce(sum(upper(r) - lower(r)), 0)::int FROM unnest(${pages}) r)`;

/**
 * Inserts pages for the row in `job`, which the statement has locked by its fence just before. Replaces existing pages,
 * such as those of other tools.
 *
 * Parameters: $4–$15 the pages (`pageValues`).
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

/**
 * Stores a finished group of pages with the resulting progress, and renews the lease.
 *
 * It does not wait for the disk: if PostgreSQL crashes, it loses the pages together with their record.
 *
 * Parameters: $1–$3 the fence; $4–$15 the pages (`pageValues`); $16 engine, $17 total pages, $18 pages done, $19
 * percentage, $20 number of the progress update, $21 seconds that the lease holds, $22 key of the tools that produced
 * the pages.
 * Returns: one row with the number of pages stored; no row if the claim is lost.
 * Locks: the job row. Safe under concurrency by the fence.
 * Called by: `storePages`.
 */
export const storeGroup = `
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
