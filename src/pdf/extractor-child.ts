import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type FromExtractor, isFromExtractor, type ToExtractor } from './protocol.ts';
import { residentMemory } from './resident-memory.ts';

/** How a process ended. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

const MiB = 1024 ** 2;

/** From the sources, the entry is TypeScript and needs a loader; built, it is the file beside this one. */
function entry(): string[] {
  if (!import.meta.url.endsWith('.ts')) {
    return [fileURLToPath(new URL('./extractor-process.js', import.meta.url))];
  }
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  return ['--import', loader, fileURLToPath(new URL('./extractor-process.ts', import.meta.url))];
}

/** The parent's handle of one extractor process. Its messages are read one at a time, in order. */
export class ExtractorChild {
  readonly #process: ChildProcess;
  readonly #messages: FromExtractor[] = [];
  readonly exited: Promise<Exit>;
  /** Resolves once the engines are loaded, or with how the process ended before that. */
  readonly ready: Promise<Exit | null>;
  #exit: Exit | null = null;
  #wake = () => {};

  constructor(memoryBytes: number) {
    // The heap may grow as far as the process may, so that the pool's limit is what ends it, with a reason.
    const heap = `--max-old-space-size=${Math.max(512, Math.ceil(memoryBytes / MiB))}`;
    this.#process = spawn(process.execPath, [heap, ...entry()], {
      // The leader of a session of its own: one signal ends it with all it may have started, and Ctrl-C doesn't reach it.
      detached: true,
      // Nothing of the service's environment, secrets least of all, belongs in a process that reads hostile files.
      env: {},
      // Standard output is the parent's alone: engines write warnings there. The last but one is the watchdog's lifeline.
      stdio: ['ignore', 'ignore', 'inherit', 'pipe', 'ipc'],
    });
    this.exited = new Promise((resolve) => {
      const ended = (exit: Exit) => {
        this.#exit ??= exit;
        this.#wake();
        resolve(this.#exit);
      };
      this.#process.once('exit', (code, signal) => ended({ code, signal }));
      this.#process.once('error', () => this.#process.pid === undefined && ended({ code: null, signal: null }));
    });
    const loaded = new Promise<null>((resolve) => {
      this.#process.on('message', (message: unknown) => {
        if (!isFromExtractor(message)) {
          return;
        }
        if (message.type === 'ready') {
          resolve(null);
        } else {
          this.#messages.push(message);
          this.#wake();
        }
      });
    });
    this.ready = Promise.race([loaded, this.exited]);
    // A write to a process that has just died; its exit says all there is to say.
    this.#process.stdio[3]?.on('error', () => {});
  }

  get pid(): number | null {
    return this.#process.pid ?? null;
  }

  get alive(): boolean {
    return this.#exit === null;
  }

  send(message: ToExtractor): void {
    if (this.#process.connected) {
      this.#process.send(message, () => {});
    }
  }

  /** The next message, or how the process ended once there are no more. Only one call at a time. */
  async next(): Promise<FromExtractor | Exit> {
    for (;;) {
      const message = this.#messages.shift() ?? this.#exit;
      if (message !== null) {
        return message;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Kills the process and its group at once. */
  kill(): void {
    const { pid } = this.#process;
    if (pid === undefined || !this.alive) {
      return;
    }
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It ended by itself in this very moment.
    }
  }

  async residentMemory(): Promise<number> {
    return this.pid === null ? 0 : residentMemory(this.pid);
  }
}
