import { priorityIntervalSeconds } from './options.ts';

/** When a row of `jobs` was submitted or last retried, as SQL. A change of its priority does not change it. */
export const queuedAt = (job: string) =>
  `${job}.claim_order - ${job}.priority * interval '${priorityIntervalSeconds} seconds'`;
