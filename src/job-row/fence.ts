/** Lease duration of a claim without renewal, in seconds. */
export const leaseSeconds = 10;

/**
 * Matches the row of a claimed job. A write of an attempt that matches no row has lost its claim.
 *
 * Parameters: $1 id, $2 revision, $3 worker. Claims do not wait for the disk, so a crash of PostgreSQL can lose one and
 * the same revision can go to another worker. Therefore the worker is part of the fence.
 */
export const fence = `j.id = $1 AND j.revision = $2 AND j.worker_id = $3 AND j.status = 'RUNNING'`;

/** Identifies a claim. */
export interface Fenced {
  id: string;
  revision: number;
  workerId: string;
}

/** Returns the parameters of `fence`. */
export function fenceValues(claim: Fenced): [string, number, string] {
  return [claim.id, claim.revision, claim.workerId];
}

/**
 * Thrown by writes of an attempt that has lost its job: cancelled, rescued or finished by another worker. It must stop
 * and write nothing.
 */
export class ClaimLostError extends Error {
  constructor() {
    super('the claim on this job is lost');
    this.name = 'ClaimLostError';
  }
}
