/** One duty, done over and over. Any number of processes may run it at once: it takes what it works on with SKIP LOCKED. */
export interface Actor {
  name: string;
  everyMs: number;
  /**
   * Does what there is to do and stops when there is no more. `answeringMs` is for how long the database has answered this
   * process without a pause: after an outage, or a jump of its clock, nothing that is late is late by its own fault.
   */
  runOnce(answeringMs: number): Promise<void>;
}
