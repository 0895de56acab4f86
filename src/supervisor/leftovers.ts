import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify, isAlive, type ProcessIdentity, parseIdentity } from './process-identity.ts';

/** Records a child, so that it can be found if this process is killed. */
export function recordProcess(directory: string, name: string, pid: number): void {
  const identity = identify(pid);
  if (identity === null) return;
  mkdirSync(directory, { recursive: true });
  const path = recordPath(directory, name);
  writeFileSync(`${path}.new`, JSON.stringify(identity));
  renameSync(`${path}.new`, path);
}

/** Deletes the record of a child that has ended. */
export function removeRecord(directory: string, name: string, pid: number): void {
  if (recorded(directory, name)?.pid === pid) rmSync(recordPath(directory, name), { force: true });
}

export interface LeftoverOptions {
  signal: NodeJS.Signals;
  /** How long it may take to exit before it is killed, in milliseconds. */
  graceMs: number;
}

/**
 * Ends the child of that name that a killed parent left behind; returns whether there was one. Touches only the
 * recorded process, never another one that now has its pid.
 */
export async function stopLeftover(directory: string, name: string, options: LeftoverOptions): Promise<boolean> {
  const identity = recorded(directory, name);
  const lives = identity !== null && isAlive(identity);
  if (lives) await endProcess(identity, options);
  rmSync(recordPath(directory, name), { force: true });
  return lives;
}

/** Ends a process that need not be a child of this one, and waits until it is gone. */
export async function endProcess(identity: ProcessIdentity, { signal, graceMs }: LeftoverOptions): Promise<void> {
  sendSignal(identity.pid, signal);
  const deadline = performance.now() + graceMs;
  let killed = false;
  // The end of a process that is not a child is not reported, so poll.
  while (isAlive(identity)) {
    if (!killed && performance.now() > deadline) {
      killed = true;
      // Together with everything it started, if it leads a session, as our children do.
      if (!sendSignal(-identity.pid, 'SIGKILL')) sendSignal(identity.pid, 'SIGKILL');
    }
    await sleep(20);
  }
}

/** Like `process.kill`, but returns false if the process is gone. */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}

function recorded(directory: string, name: string): ProcessIdentity | null {
  try {
    return parseIdentity(readFileSync(recordPath(directory, name), 'utf8'));
  } catch {
    return null;
  }
}

function recordPath(directory: string, name: string): string {
  return join(directory, `${name}.pid`);
}
