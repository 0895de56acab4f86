import { leaseSeconds } from '../job-row/fence.ts';
import { type Job, jobColumns, progressOf } from '../job-row/job.ts';
import type { EngineName } from '../pdf/model/document.ts';
import type { PageRange } from '../pdf/model/extraction.ts';
import type { JobsContext } from './context.ts';
import { resourceCodes } from './retry-policy.ts';

/**
 * A job that a worker holds. The row's revision at that moment is the fence: every write of this attempt says
 * `fence`, and a write that touches no row means that the claim is lost.
 */
export interface Claim extends Job {
  workerId: string;
  sourceUrl: string | null;
  sourceStorageKey: string | null;
  sourceSha256: string | null;
  sourceBytes: bigint | null;
  /** Pages that are stored already, and what made them. */
  stored: PageRange[];
  storedBy: string | null;
  /** Those of them that no engine could read. */
  unreadable: number[];
  /** Attempts of this run that failed for want of time or memory. */
  resourceFailures: number;
  /** What the last one of them had used; null if that is not known. */
  exhaustedEngine: EngineName | null;
  /** What made this document crash before: keys as in `storedBy`. */
  quarantined: string[];
}

type Details = Pick<
  Claim,
  | 'sourceUrl'
  | 'sourceStorageKey'
  | 'sourceSha256'
  | 'sourceBytes'
  | 'resourceFailures'
  | 'exhaustedEngine'
  | 'quarantined'
  | 'unreadable'
>;
type Claimed = Omit<Claim, keyof Details>;

const claimNext = `
SELECT ${jobColumns}, j.stored_by AS "storedBy",
       (SELECT coalesce(jsonb_agg(jsonb_build_object('first', lower(r), 'last', upper(r) - 1) ORDER BY r), '[]')
          FROM unnest(j.stored_pages) r) AS "stored"
  FROM claim_jobs($1, $2, $3 * interval '1 second') j`;

/**
 * What other tables know of claimed jobs. A statement of its own: the claim waits for its lock inside the function, and
 * a join around it would look with the eyes of before, in which a job that came meanwhile has no source.
 */
const readDetails = `
SELECT j.id, s.url AS "sourceUrl", s.storage_key AS "sourceStorageKey", s.sha256 AS "sourceSha256", s.bytes AS "sourceBytes",
       (SELECT count(*)::int FROM job_attempts a
         WHERE a.job_id = j.id AND a.run = j.run AND a.failure_code = ANY($2::text[])) AS "resourceFailures",
       (SELECT a.engine FROM job_attempts a
         WHERE a.job_id = j.id AND a.run = j.run AND a.failure_code = ANY($2::text[]) ORDER BY a.number DESC LIMIT 1) AS "exhaustedEngine",
       ARRAY(SELECT q.engine_key FROM quarantine q WHERE q.tenant_id = j.tenant_id AND q.sha256 = s.sha256) AS "quarantined",
       ARRAY(SELECT p.number FROM pages p
              WHERE p.job_id = j.id AND p.failure IS NOT NULL AND p.number <@ j.stored_pages ORDER BY p.number) AS "unreadable"
  FROM jobs j JOIN sources s ON s.id = j.source_id
 WHERE j.id = ANY($1::uuid[])`;

/** The best runnable jobs, at most `slots`, now RUNNING and leased to this worker. */
export async function claimJobs(context: JobsContext, workerId: string, slots: number): Promise<Claim[]> {
  const { database, jobChanged } = context;
  const claimed = await database.query<Claimed>(claimNext, [workerId, slots, leaseSeconds]);
  if (claimed.length === 0) return [];
  for (const job of claimed) jobChanged(progressOf(job));
  const ids = claimed.map(({ id }) => id);
  const details = await database.query<Details & { id: string }>(readDetails, [ids, [...resourceCodes]]);
  const byId = new Map(details.map((each) => [each.id, each]));
  // One that was cancelled and deleted in between is nobody's any more.
  return claimed.flatMap((job) => {
    const found = byId.get(job.id);
    return found === undefined ? [] : [{ ...job, ...found }];
  });
}
