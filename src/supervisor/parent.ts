/**
 * For the child's side: makes this process shut down as on SIGTERM when the process that supervises it is gone, even by
 * SIGKILL. Does nothing in a process that nobody supervises. Call it after the SIGTERM handler is installed.
 */
export function exitWithParent(graceMs = 35_000): void {
  if (process.send === undefined) return;
  if (process.connected) process.once('disconnect', () => shutDown(graceMs));
  else shutDown(graceMs);
  // The channel must not keep a process alive that has nothing more to do.
  process.channel?.unref();
}

function shutDown(graceMs: number): void {
  // Nobody is left to kill it should its shutdown hang.
  setTimeout(() => process.exit(1), graceMs).unref();
  process.kill(process.pid, 'SIGTERM');
}
