import { readdirSync, statSync } from 'node:fs';

/** User ids that no system assigns: between the ranges of Debian and those of systemd. */
const first = 60_706;
const last = 61_183;

/** Returns an id of a user and group that no process has at this moment. */
export function unusedUser(): number {
  const used = new Set(liveProcesses().map(([, user]) => user));
  const free = Array.from({ length: last - first + 1 }, (_, index) => first + index).filter((id) => !used.has(id));
  const chosen = free[Math.floor(Math.random() * free.length)];
  if (chosen === undefined) throw new Error(`all user ids from ${first} to ${last} are in use`);
  return chosen;
}

/** Kills all processes of a user, such as those that left their session. */
export function killProcessesOf(user: number): void {
  for (const [pid, owner] of liveProcesses()) {
    if (owner === user) killIfAlive(pid);
  }
}

function liveProcesses(): [pid: number, user: number][] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name): [number, number][] => {
      const user = statSync(`/proc/${name}`, { throwIfNoEntry: false })?.uid;
      return user === undefined ? [] : [[Number(name), user]];
    });
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}
