/** What health and metrics need to know of the whole, as PostgreSQL has it at one moment. */
export interface Vitals {
  /** Workers that live, their slots, and the jobs that run. */
  workers: number;
  slots: number;
  running: number;
  /** How long the oldest of them has lived; null without any. */
  fleetSeconds: number | null;
  /** Jobs that could start right now, counted up to `countedUpTo`. */
  claimable: number;
  /** How long the first in line has been waiting; null if none waits. */
  firstWaitingSeconds: number | null;
  /** How long ago the newest of the running jobs was started; null if none runs. */
  lastStartSeconds: number | null;
  /** How long ago a canary came back; null if none ever did. */
  canarySeconds: number | null;
  /** Whether some process does the maintenance. */
  maintained: boolean;
  /** Actors of maintenance that should have succeeded meanwhile and have not. */
  failingActors: string[];
}

export const countedUpTo = 1_000;

/** A canary that is not back after this long is dead: three were sent meanwhile. */
export const canaryDeadSeconds = 15;
