/**
 * For children: shuts this process down as on SIGTERM when its supervisor is gone, even by SIGKILL. Does nothing in a
 * process without a supervisor. Call it after installing the SIGTERM handler.
 */
export function exitWithParent(graceMs = 35_000): void {
  if (process.send === undefined) return;
  if (process.connected) process.once('disconnect', () => shutDown(graceMs));
  else shutDown(graceMs);
  // The channel must not keep an idle process alive.
  process.channel?.unref();
}

function shutDown(graceMs: number): void {
  // No process is left to kill this one if its shutdown hangs.
  setTimeout(() => process.exit(1), graceMs).unref();
  process.kill(process.pid, 'SIGTERM');
}
