import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The identity of a process: a pid alone may have been reused. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Its start time in a system-specific form; equal only for the same process. */
  readonly started: string;
}

/** Identifies the process with this pid; null if it does not exist or is a zombie. */
export function identify(pid: number): ProcessIdentity | null {
  const started = process.platform === 'linux' ? startedByProc(pid) : startedByPs(pid);
  return started === null ? null : { pid, started };
}

/** Whether that same process still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.started === identity.started;
}

/** The command line of a process, joined by spaces; empty if unreadable. */
export function commandLineOf(pid: number): string {
  if (process.platform !== 'linux') return ps(pid, 'command=') ?? '';
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

/** Parses a stored identity; null if it is invalid, such as a file cut off by a power failure. */
export function parseIdentity(text: string): ProcessIdentity | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('started' in value)) return null;
    const { pid, started } = value;
    return typeof pid === 'number' && typeof started === 'string' ? { pid, started } : null;
  } catch {
    return null;
  }
}

function startedByProc(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name is in parentheses and may contain anything, so fields are counted from its end.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, ticks] = [fields[0], fields[19]];
    if (state === 'Z' || state === 'X' || ticks === undefined) return null;
    // Ticks count from boot: without the boot id, a process from before a reboot could look the same.
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${ticks}`;
  } catch {
    return null;
  }
}

function startedByPs(pid: number): string | null {
  const [state, ...started] = ps(pid, 'stat=,lstart=')?.split(/\s+/) ?? [];
  return state === undefined || state.startsWith('Z') || started.length === 0 ? null : started.join(' ');
}

function ps(pid: number, columns: string): string | null {
  const result = spawnSync('ps', ['-o', columns, '-p', String(pid)], {
    encoding: 'utf8',
    env: { LC_ALL: 'C', PATH: '/bin:/usr/bin' },
  });
  const line = result.status === 0 ? result.stdout.trim() : '';
  return line === '' ? null : line;
}
