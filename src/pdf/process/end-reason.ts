import type { FailureCode } from '../../errors.ts';

/**
 * The reasons for which an extractor process ends, for metrics.
 *
 * `memory`: after a document it held more than EXTRACTOR_RECYCLE_BYTES. `tenant`: a document of another tenant came.
 * `fresh`: a job needed a process without history. `files`: its files could not be used again. `aborted`: its job was
 * cancelled, lost or out of time. `memory_limit`, `time_limit`, `blocked`: it exceeded a limit with its document.
 * `crashed`: it ended by its own fault, or violated the protocol. `killed`: from outside. `not_started`: it never
 * became ready.
 */
export const endReasons = [
  'memory',
  'tenant',
  'fresh',
  'files',
  'aborted',
  'memory_limit',
  'time_limit',
  'blocked',
  'crashed',
  'killed',
  'not_started',
] as const;

export type EndReason = (typeof endReasons)[number];

/** Returns the reason of a process that its guard killed for this failure. */
export function reasonOf(code: FailureCode): EndReason {
  if (code === 'MEMORY_LIMIT') return 'memory_limit';
  return code === 'PROCESS_BLOCKED' ? 'blocked' : 'time_limit';
}
