import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { guard } from '../src/supervisor/guard.ts';
import { sendSignal } from '../src/supervisor/leftovers.ts';
import { identify, isAlive, type ProcessIdentity } from '../src/supervisor/process-identity.ts';
import { type Exit, type SupervisedProcess, startProcess } from '../src/supervisor/supervised-process.ts';
import type { Random } from './random.ts';
import type { ServiceName } from './schedule.ts';

const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

/** Maximum time to drain, in milliseconds. A worker may take 30 seconds; one that takes much longer hangs. */
const drainMs = 45_000;

export interface ServiceOptions {
  name: ServiceName;
  env: Record<string, string>;
  dataDir: string;
  random: Random;
  /** Reports an unexpected event. */
  onBreach(detail: string): void;
}

/** A compiled `serve`, `work` or `maintain` process, as users run it. It is restarted a moment after any exit. */
export class Service {
  readonly #options: ServiceOptions;
  #process: SupervisedProcess | null = null;
  #identity: ProcessIdentity | null = null;
  #isReady = false;
  /** Whether the harness caused its end. */
  #expected = false;
  #frozen = false;
  #stopped = false;
  #keeping: Promise<void> | null = null;
  /** Pids that were asked to drain, and so may give jobs back. */
  readonly drained = new Set<number>();
  readonly allPids = new Set<number>();
  starts = 0;

  constructor(options: ServiceOptions) {
    this.#options = options;
  }

  get name(): ServiceName {
    return this.#options.name;
  }

  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  get isReady(): boolean {
    return this.#isReady && !this.#frozen;
  }

  /** Keeps it running from now on. */
  keep(): void {
    this.#keeping ??= this.#run();
  }

  async #run(): Promise<void> {
    const { name, env, dataDir, random, onBreach } = this.#options;
    const command = name.replace(/-\d+$/, '');
    while (!this.#stopped) {
      const started = await startProcess({
        inherits: 'all',
        name,
        command: process.execPath,
        args: [cli, command],
        env,
        logFile: `${dataDir}/logs/${name}.log`,
        runDirectory: `${dataDir}/run`,
        stopSignal: 'SIGTERM',
        stopMs: drainMs,
        killSignal: 'SIGKILL',
        parentDeath: 'channel',
      });
      // Frozen processes do not notice the end of their parent.
      using _guard = guard(started.pid, 'SIGKILL');
      this.#process = started;
      this.#identity = identify(started.pid);
      this.#expected = this.#stopped;
      this.#frozen = false;
      this.starts += 1;
      this.allPids.add(started.pid);
      if (this.#stopped) started.kill();
      const exit = await this.#watch(started);
      const wasReady = this.#isReady;
      this.#isReady = false;
      this.#process = null;
      // A process that was not ready may have exited because its database was down.
      if (!this.#expected && wasReady) onBreach(`${name} exited unexpectedly (${ending(exit)}): ${lastLine(started)}`);
      if (!this.#stopped) await sleep(random.int(200, 1_500));
    }
  }

  async #watch(started: SupervisedProcess): Promise<Exit> {
    let exit: Exit | null = null;
    void started.exited.then((how) => {
      exit = how;
    });
    while (exit === null && !this.#isReady) {
      this.#isReady = started.output().includes('"msg":"ready"');
      await sleep(50);
    }
    return await started.exited;
  }

  kill(): void {
    this.#expected = true;
    this.#process?.kill();
  }

  /** Sends SIGTERM and waits for the exit; hanging is a breach. */
  async terminate(): Promise<void> {
    const { pid } = this;
    const running = this.#process;
    if (pid === null || running === null) return;
    this.#expected = true;
    this.drained.add(pid);
    sendSignal(pid, 'SIGTERM');
    const late = setTimeout(() => {
      this.#options.onBreach(`${this.name} has not exited ${drainMs / 1000} s after SIGTERM: ${lastLine(running)}`);
      running.kill();
    }, drainMs);
    await running.exited;
    clearTimeout(late);
  }

  freeze(): void {
    if (this.pid === null) return;
    this.#frozen = true;
    sendSignal(this.pid, 'SIGSTOP');
  }

  thaw(): void {
    if (!this.#frozen || this.pid === null) return;
    this.#frozen = false;
    sendSignal(this.pid, 'SIGCONT');
  }

  /** Stops it permanently. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.kill();
    await this.#keeping;
  }

  isAlive(): boolean {
    return this.#identity !== null && isAlive(this.#identity);
  }
}

function ending({ code, signal }: Exit): string {
  return signal ?? `exit code ${code}`;
}

/** The last lines of its output. */
function lastLine(running: SupervisedProcess): string {
  const lines = running.output().trim().split('\n');
  return lines.slice(-8).join(' ⏎ ').slice(-1_500);
}
