import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process beyond doubt: a pid alone may have been given to another process since. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in whatever the system tells; equal only for the very same process. */
  readonly started: string;
}

/** Who has this pid now. Null: nobody, or a zombie, which can do nothing any more. */
export function identify(pid: number): ProcessIdentity | null {
  const started = process.platform === 'linux' ? startedByProc(pid) : startedByPs(pid);
  return started === null ? null : { pid, started };
}

/** Whether that very process still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.started === identity.started;
}

/** The command line of a process, words joined by spaces; empty where it cannot be read. */
export function commandLineOf(pid: number): string {
  if (process.platform !== 'linux') return ps(pid, 'command=') ?? '';
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

/** Reads back what was stored as JSON; null where that makes no sense, such as a file cut off by a power failure. */
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
    // The command name stands in parentheses and may contain anything, so fields are counted from its end.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, ticks] = [fields[0], fields[19]];
    if (state === 'Z' || state === 'X' || ticks === undefined) return null;
    // Ticks count from the boot: without its id a process from before a reboot could look the same.
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
