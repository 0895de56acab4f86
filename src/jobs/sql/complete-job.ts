import { ownExpiry } from '../../job-row/expiry.ts';
import { fence } from '../../job-row/fence.ts';
import { jobColumns } from '../../job-row/job.ts';
import { countOf, insertPages, withPages } from '../../results/sql/store-pages.ts';
import { insertAttempt } from './insert-attempt.ts';

/**
 * Completes a claimed job, with its last pages, if all its pages are stored.
 *
 * Parameters: $1–$3 the fence; $4–$15 the last pages (`pageValues`); $16 total pages, $17 engine, $18 facts of the
 * document as JSON, $19 key of the tools that produced the pages.
 * Returns: the job after the transition; no row if the claim is lost or pages are missing.
 * Locks: the job row. Safe under concurrency by the fence.
 * Called by: `completeJob`, which finds out why there is no row. May be repeated.
 */
export const completeClaimed = `
WITH held AS (
    SELECT j.id, ${withPages('$19')} AS pages FROM jobs j WHERE ${fence} FOR UPDATE
), job AS (
    UPDATE jobs j
       SET status = 'COMPLETED', stage = 'STORE', revision = j.revision + 1, progress_seq = 0, percent = 100,
           pages_total = $16, pages_done = $16, engine = $17::"Engine", document = $18, finished_at = now(), expires_at = ${ownExpiry('j')}, lease_expires_at = NULL,
           heartbeat_at = now(), sealed_password = NULL, failure_code = NULL, failure_message = NULL, failure_page = NULL,
           stored_pages = held.pages, stored_by = $19
      FROM held WHERE j.id = held.id AND ${countOf('held.pages')} = $16
    RETURNING j.*
), attempt AS (${insertAttempt()}), page AS (${insertPages}), strange AS (
    -- Pages of an engine that was given up: all pages of a result are produced by the same tools.
    DELETE FROM pages p USING job WHERE p.job_id = job.id AND NOT p.number <@ job.stored_pages
)
SELECT ${jobColumns} FROM job j`;
