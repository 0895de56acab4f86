/** What health checks and metrics need to know about the installation: one snapshot from PostgreSQL. */
export interface Vitals {
  /** Live workers, their slots, and running jobs. */
  workers: number;
  slots: number;
  running: number;
  /** How long the oldest worker has been running; null if there is none. */
  fleetSeconds: number | null;
  /** Jobs that could start now, counted up to `countedUpTo`. */
  claimable: number;
  /** How long the first job in the queue has been waiting; null if none waits. */
  firstWaitingSeconds: number | null;
  /** How long ago the most recently started running job started; null if none runs. */
  lastStartSeconds: number | null;
  /** How long ago the last canary returned; null if none ever did. */
  canarySeconds: number | null;
  /** Whether a process runs the maintenance. */
  maintained: boolean;
  /** Maintenance actors whose last success is too long ago. */
  failingActors: string[];
}

export const countedUpTo = 1_000;

/** A canary that has not returned after this long is dead: three were sent meanwhile. */
export const canaryDeadSeconds = 15;
