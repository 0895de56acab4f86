import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { guard } from './guard.ts';
import { forgetProcess, recordProcess, sendSignal } from './leftovers.ts';
import { openLogFile } from './log-file.ts';

export interface ProcessSpec {
  name: string;
  command: string;
  args: readonly string[];
  argv0?: string;
  cwd?: string;
  uid?: number;
  gid?: number;
  /** Added to the environment of this process. */
  env?: Readonly<Record<string, string>>;
  logFile: string;
  /** Where its pid is recorded. */
  runDirectory: string;
  /** Asks it to end. */
  stopSignal: NodeJS.Signals;
  /** How long it may take to end before it is killed. */
  stopMs: number;
  /** Ends it at once. */
  killSignal: NodeJS.Signals;
  /** How it learns that this process is gone: by a channel that it listens to (`exitWithParent`), or by a guard. */
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
  /** Asks it to end, kills it when it takes too long, and resolves when it is gone. */
  stop(): Promise<void>;
  /** Ends it at once. */
  kill(): void;
  /** What it has written so far. */
  output(): string;
}

/** A child in a session of its own, so that neither the terminal's Ctrl-C nor its closing reaches it but through its parent. */
export async function startProcess(spec: ProcessSpec): Promise<SupervisedProcess> {
  const log = openLogFile(spec.logFile);
  let child: ChildProcess;
  try {
    child = spawn(spec.command, spec.args, {
      argv0: spec.argv0,
      cwd: spec.cwd,
      uid: spec.uid,
      gid: spec.gid,
      env: { ...process.env, ...spec.env },
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
      forgetProcess(spec.runDirectory, spec.name, pid);
      resolve({ code, signal });
    });
  });
  // A signal to a child that cannot be delivered, such as in a race with its end, must not end this process.
  child.on('error', () => undefined);
  // Its pid is the group's too: whatever it started and left in its session goes with it.
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
