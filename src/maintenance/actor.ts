/** A recurring task. Any number of processes may run it concurrently, because it locks its rows with SKIP LOCKED. */
export interface Actor {
  name: string;
  everyMs: number;
  /**
   * Does all pending work. `answeringMs` tells how long the database has been responding without a pause: shortly after
   * an outage, or a jump of its clock, nobody can be blamed for being late.
   */
  runOnce(answeringMs: number): Promise<void>;
}
