import type { PageRange } from '../pdf/extraction.ts';
import type { ProgressState } from '../progress/state.ts';
import type { JobsContext } from './context.ts';
import { type Job, jobColumns, progressOf } from './job.ts';

/** How long a claim holds without renewal. */
export const leaseSeconds = 10;

/**
 * A job that a worker holds. The row's revision at that moment is the fence: every write of this attempt says
 * `${fence}`, and a write that touches no row means that the claim is lost.
 */
export interface Claim extends Job {
  workerId: string;
  sourceUrl: string | null;
  sourceStorageKey: string | null;
  sourceBytes: bigint | null;
  stored: PageRange[];
}

/** $1 id, $2 revision, $3 worker. The worker is part of it because a claim can be lost in a crash of PostgreSQL (it does not
 * wait for the disk) and the same revision be given to another worker. */
export const fence = `j.id = $1 AND j.revision = $2 AND j.worker_id = $3 AND j.status = 'RUNNING'`;

export function fenceValues(claim: Claim): [string, number, string] {
  return [claim.id, claim.revision, claim.workerId];
}

/** Thrown by writes of an attempt that no longer holds its job: cancelled, rescued or finished by another. Stop, write nothing. */
export class ClaimLostError extends Error {
  constructor() {
    super('the claim on this job is lost');
    this.name = 'ClaimLostError';
  }
}

const claimNext = `
SELECT ${jobColumns}, s.url AS "sourceUrl", s.storage_key AS "sourceStorageKey", s.bytes AS "sourceBytes",
       (SELECT coalesce(jsonb_agg(jsonb_build_object('first', lower(r), 'last', upper(r) - 1) ORDER BY r), '[]')
          FROM unnest(j.stored_pages) r) AS "stored"
  FROM claim_jobs($1, $2, $3 * interval '1 second') j
  JOIN sources s ON s.id = j.source_id`;

/** The best runnable jobs, at most `slots`, now RUNNING and leased to this worker. */
export async function claimJobs(context: JobsContext, workerId: string, slots: number): Promise<Claim[]> {
  const claims = await context.database.query<Claim>(claimNext, [workerId, slots, leaseSeconds]);
  for (const claim of claims) context.publish(progressOf(claim));
  return claims;
}

const renewAll = `
WITH settings AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
UPDATE jobs j
   SET heartbeat_at = now(), lease_expires_at = now() + $2 * interval '1 second',
       stage = held.stage::"JobStage", percent = GREATEST(j.percent, held.percent), pages_done = GREATEST(j.pages_done, held.pages_done),
       pages_total = held.pages_total, bytes_done = held.bytes_done, bytes_total = held.bytes_total,
       progress_seq = GREATEST(j.progress_seq, held.seq)
  FROM settings,
       unnest($3::uuid[], $4::int[], $5::int[], $6::text[], $7::int[], $8::int[], $9::int[], $10::bigint[], $11::bigint[])
         AS held(id, revision, seq, stage, percent, pages_done, pages_total, bytes_done, bytes_total)
 WHERE j.id = held.id AND j.revision = held.revision AND j.worker_id = $1 AND j.status = 'RUNNING'
RETURNING j.id`;

/**
 * Renews all leases of a worker in one statement, by the database's clock, and records the coarse progress of each with it.
 * Answers the ids that are still held: the others were cancelled or given to somebody else, and their extraction must end.
 */
export async function renewLeases(context: JobsContext, workerId: string, held: ProgressState[]): Promise<Set<string>> {
  if (held.length === 0) return new Set();
  const rows = await context.database.query<{ id: string }>(renewAll, [
    workerId,
    leaseSeconds,
    held.map((state) => state.jobId),
    held.map((state) => state.revision),
    held.map((state) => state.seq),
    held.map((state) => state.stage),
    held.map((state) => state.percent),
    held.map((state) => state.pagesDone),
    held.map((state) => state.pagesTotal),
    held.map((state) => state.bytesDone),
    held.map((state) => state.bytesTotal),
  ]);
  return new Set(rows.map((row) => row.id));
}
