import { jobColumns } from '../../job-row/job.ts';

/**
 * Claims the best runnable jobs: RUNNING and leased to a worker.
 *
 * Parameters: $1 worker, $2 maximum number of jobs, $3 seconds that the lease holds.
 * Returns: the jobs after the transition, in the order in which they should start.
 * Locks: see prisma/functions/claim_jobs.sql, which does the work.
 * Called by: `claimJobs`.
 */
export const claimNext = `
SELECT ${jobColumns},
       (SELECT coalesce(jsonb_agg(jsonb_build_object('first', lower(r), 'last', upper(r) - 1) ORDER BY r), '[]')
          FROM unnest(j.stored_pages) r) AS "stored"
  FROM claim_jobs($1, $2, $3 * interval '1 second') j`;

/**
 * Reads what other tables hold about claimed jobs.
 *
 * It must be a separate statement. The claim waits for its lock inside the function; a join around the function would
 * use the snapshot from before the wait, in which a job inserted in the meantime has no source.
 *
 * Parameters: $1 jobs, $2 failure codes that count as a lack of time or memory.
 * Returns: one row for each job that still exists.
 * Called by: `claimJobs`. Locks nothing: until the lease ends, only a cancellation takes these jobs away.
 */
export const readDetails = `
SELECT j.id, s.url AS "sourceUrl", s.sealed_credentials AS "sealedCredentials", s.storage_key AS "sourceStorageKey", s.sha256 AS "sourceSha256", s.bytes AS "sourceBytes",
       (SELECT count(*)::int FROM job_attempts a
         WHERE a.job_id = j.id AND a.run = j.run AND a.failure_code = ANY($2::text[])) AS "resourceFailures",
       (SELECT a.engine FROM job_attempts a
         WHERE a.job_id = j.id AND a.run = j.run AND a.failure_code = ANY($2::text[]) ORDER BY a.number DESC LIMIT 1) AS "exhaustedEngine",
       ARRAY(SELECT q.engine_key FROM quarantine q WHERE q.tenant_id = j.tenant_id AND q.sha256 = s.sha256) AS "quarantined",
       ARRAY(SELECT p.number FROM pages p
              WHERE p.job_id = j.id AND p.failure IS NOT NULL AND p.number <@ j.stored_pages ORDER BY p.number) AS "unreadable"
  FROM jobs j JOIN sources s ON s.id = j.source_id
 WHERE j.id = ANY($1::uuid[])`;
