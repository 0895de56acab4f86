/** A recurring task. Any number of processes may run it concurrently, because it locks its rows with SKIP LOCKED. */
export interface Actor {
  name: string;
  everyMs: number;
  /**
   * Does all pending work. `answeringMs` is the time for which the database has responded without a pause, in
   * milliseconds. Shortly after an outage or a jump of its clock, a late heartbeat does not mean that a process is
   * dead.
   */
  runOnce(answeringMs: number): Promise<void>;
}
