import { leaseSeconds } from '../job-row/fence.ts';
import { type Job, progressOf } from '../job-row/job.ts';
import type { EngineName } from '../pdf/model/document.ts';
import type { PageRange } from '../pdf/model/extraction.ts';
import type { JobsContext } from './context.ts';
import { resourceCodes } from './retry-policy.ts';
import { claimNext, readDetails } from './sql/claim.ts';

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

export type Details = Pick<
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
export type Claimed = Omit<Claim, keyof Details>;

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
