/** The state of the installation for health checks and metrics: one snapshot from PostgreSQL. */
export interface Vitals {
  /** Live workers, and how many of them drain: they take no more jobs. */
  workers: number;
  drainingWorkers: number;
  /** The slots of live workers. Of a draining one, only those of the jobs that it still runs. */
  slots: number;
  /** Running jobs. */
  running: number;
  /** How long ago an operator paused the whole queue; null while it runs. */
  pausedSeconds: number | null;
  /** The levels of the sandboxes of live workers, strongest first. */
  sandboxes: string[];
  /** Live workers that have started no extractor although they have run for a while. */
  withoutExtractor: number;
  /** How long the oldest worker has been running; null without workers. */
  fleetSeconds: number | null;
  /** Jobs that could start now, counted up to `countedUpTo`. */
  claimable: number;
  /** How long the first job in the queue has been waiting; null if none waits. */
  firstWaitingSeconds: number | null;
  /** How long ago the most recently started running job started; null if none runs. */
  lastStartSeconds: number | null;
  /** How long ago the last canary returned; null if none ever did. */
  canarySeconds: number | null;
  /** Whether a process runs maintenance. */
  maintained: boolean;
  /** Maintenance actors whose last success is too long ago. */
  failingActors: string[];
}

export const countedUpTo = 1_000;

/** Age at which a missing canary counts as lost, in seconds: three more were sent meanwhile. */
export const canaryDeadSeconds = 15;
