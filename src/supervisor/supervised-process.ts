import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { guard } from './guard.ts';
import { harmlessEnvironment } from './harmless-environment.ts';
import { recordProcess, removeRecord, sendSignal } from './leftovers.ts';
import { openLogFile } from './log-file.ts';

export interface ProcessSpec {
  name: string;
  command: string;
  args: readonly string[];
  argv0?: string;
  cwd?: string;
  uid?: number;
  gid?: number;
  /** The variables of this process that it gets: all, or only those of `harmlessEnvironment`. */
  inherits: 'all' | 'harmless';
  /** Further variables. */
  env?: Readonly<Record<string, string>>;
  logFile: string;
  /** The folder in which its pid is recorded. */
  runDirectory: string;
  /** The signal that asks it to exit. */
  stopSignal: NodeJS.Signals;
  /** How long it may take to exit before it is killed, in milliseconds. */
  stopMs: number;
  /** The signal that ends it at once. */
  killSignal: NodeJS.Signals;
  /** How it detects the end of this process: by a channel (`exitWithParent`), or by a guard. */
  parentDeath: 'channel' | 'guard';
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface SupervisedProcess {
  readonly pid: number;
  /** Never rejects. */
  readonly exited: Promise<Exit>;
  /** Asks it to exit, kills it if that takes too long, and resolves when it is gone. */
  stop(): Promise<void>;
  /** Ends it at once. */
  kill(): void;
  /** Its output so far. */
  output(): string;
}

/** Starts a child in its own session, so that the terminal's Ctrl-C and hang-up reach it only through its parent. */
export async function startProcess(spec: ProcessSpec): Promise<SupervisedProcess> {
  const log = openLogFile(spec.logFile);
  let child: ChildProcess;
  try {
    child = spawn(spec.command, spec.args, {
      argv0: spec.argv0,
      cwd: spec.cwd,
      uid: spec.uid,
      gid: spec.gid,
      env: spec.inherits === 'all' ? { ...process.env, ...spec.env } : { ...harmlessEnvironment(), ...spec.env },
      detached: true,
      stdio: spec.parentDeath === 'channel' ? ['ignore', log.fd, log.fd, 'ipc'] : ['ignore', log.fd, log.fd],
    });
    if (child.pid === undefined) await once(child, 'spawn');
  } finally {
    log.close();
  }
  const { pid } = child;
  if (pid === undefined) throw new Error(`${spec.command} has no pid`);
  recordProcess(spec.runDirectory, spec.name, pid);
  const guardian = spec.parentDeath === 'guard' ? guard(pid, spec.stopSignal) : null;
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => {
      guardian?.[Symbol.dispose]();
      removeRecord(spec.runDirectory, spec.name, pid);
      resolve({ code, signal });
    });
  });
  // A signal that cannot be delivered, such as in a race with the child's end, must not end this process.
  child.on('error', () => undefined);
  // The pid is also the process group: everything left in its session ends with it.
  const kill = () => void (spec.killSignal === 'SIGKILL' ? sendSignal(-pid, 'SIGKILL') : child.kill(spec.killSignal));
  return {
    pid,
    exited,
    kill,
    output: () => log.read(),
    async stop() {
      child.kill(spec.stopSignal);
      const timers = [
        setTimeout(kill, spec.stopMs),
        // For a kill signal that can be ignored.
        setTimeout(() => sendSignal(-pid, 'SIGKILL'), spec.stopMs + 5_000),
      ];
      await exited;
      timers.forEach(clearTimeout);
    },
  };
}
