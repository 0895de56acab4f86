import { leaseSeconds } from '../job-row/fence.ts';
import { type Job, progressOf } from '../job-row/job.ts';
import type { EngineName } from '../pdf/model/document.ts';
import type { PageRange } from '../pdf/model/extraction.ts';
import type { JobsContext } from './context.ts';
import { resourceCodes } from './retry-policy.ts';
import { claimNext, readDetails } from './sql/claim.ts';

/**
 * A job that a worker holds. Every write of the attempt contains `fence`; a write that matches no row has lost its
 * claim.
 */
export interface Claim extends Job {
  workerId: string;
  /** Without user name and password. */
  sourceUrl: string | null;
  /** These, encrypted; null for none. */
  sealedCredentials: string | null;
  sourceStorageKey: string | null;
  sourceSha256: string | null;
  sourceBytes: bigint | null;
  /** Pages that are stored already. */
  stored: PageRange[];
  /** Stored pages that no engine could read. */
  unreadable: number[];
  /** Number of attempts of this run that failed for lack of time or memory. */
  resourceFailures: number;
  /** The engine of the last of these attempts; null if it is unknown. */
  exhaustedEngine: EngineName | null;
  /** Engines that this document has crashed, with their versions, as in `storedBy`. */
  quarantined: string[];
}

export type Details = Pick<
  Claim,
  | 'sourceUrl'
  | 'sealedCredentials'
  | 'sourceStorageKey'
  | 'sourceSha256'
  | 'sourceBytes'
  | 'resourceFailures'
  | 'exhaustedEngine'
  | 'quarantined'
  | 'unreadable'
>;
export type Claimed = Omit<Claim, keyof Details>;

/** Claims up to `slots` of the best runnable jobs: RUNNING, and leased to this worker. */
export async function claimJobs(context: JobsContext, workerId: string, slots: number): Promise<Claim[]> {
  const { database, jobChanged } = context;
  const claimed = await database.query<Claimed>(claimNext, [workerId, slots, leaseSeconds]);
  if (claimed.length === 0) return [];
  for (const job of claimed) jobChanged(progressOf(job));
  const ids = claimed.map(({ id }) => id);
  const details = await database.query<Details & { id: string }>(readDetails, [ids, [...resourceCodes]]);
  const byId = new Map(details.map((each) => [each.id, each]));
  // A job that was cancelled and deleted since then has no details.
  return claimed.flatMap((job) => {
    const found = byId.get(job.id);
    return found === undefined ? [] : [{ ...job, ...found }];
  });
}
