import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Reading, SkippedPage } from '../model/extraction.ts';
import { passOnErrors } from './extractor-stderr.ts';
import { type FromExtractor, isFromExtractor, type ToExtractor } from './protocol.ts';
import { residentMemory } from './resident-memory.ts';
import { lifelineFd, readSlowPage } from './watchdog.ts';

/** How a process ended. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** Signals that a process brings upon itself. */
const crashSignals: NodeJS.Signals[] = ['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP', 'SIGSYS'];

/** Whether a process that died did so by itself, and not by a kill from outside. */
export function isOwnFault({ code, signal }: Exit): boolean {
  return code !== null || (signal !== null && crashSignals.includes(signal));
}

const MiB = 1024 ** 2;

/** Returns the arguments of Node.js that start an extractor. Uncompiled sources need a loader. */
function entry(): string[] {
  const extension = extname(import.meta.url);
  const file = fileURLToPath(new URL(`./extractor-process${extension}`, import.meta.url));
  if (extension === '.js') return [file];
  return ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href, file];
}

/** What an extraction is made of; the rest is between the process and this handle. */
type Answer = Exclude<FromExtractor, { type: 'ready' | 'pong' }>;

/**
 * V8 lets garbage grow to several times the memory in use, so a long document would take twice the memory of a short one. Collecting at
 * one and a half times the memory in use costs a twentieth of the processor time at most.
 */
const collectEarly = '--heap-growing-percent=50';

/** The parent's handle of one extractor process. Its answers are read one at a time, in order. */
export class ExtractorChild {
  readonly #process: ChildProcess;
  readonly #answers: Answer[] = [];
  readonly exited: Promise<Exit>;
  /** Resolves once the engines are loaded, or with how the process ended before that. */
  readonly ready: Promise<Exit | null>;
  #exit: Exit | null = null;
  #isDrained = false;
  #wake = () => {};
  #messagesReceived = 0;
  #hasServed = false;
  #reading: Reading | null = null;
  #slowPage: number | null = null;
  /** Spent on the groups that are drawn, and since when one is drawn again. */
  #drawnMs = 0;
  #drawingSince: number | null = null;
  #progressedAt = new Date();

  constructor(memoryBytes: number) {
    // The heap may outgrow the process, so that the pool's limit is what ends it, with a reason, and not a crash of V8.
    const heap = `--max-old-space-size=${Math.max(512, Math.ceil((2 * memoryBytes) / MiB))}`;
    this.#process = spawn(process.execPath, [heap, collectEarly, ...entry()], {
      // The leader of a session of its own: one signal ends it with all it may have started, and Ctrl-C doesn't reach it.
      detached: true,
      // Nothing of the service's environment, secrets least of all, belongs in a process that reads hostile files. That glibc
      // keeps what is freed in no more than two arenas saves some more memory.
      env: { MALLOC_ARENA_MAX: '2' },
      // Standard output is the parent's alone: engines write warnings there. The last but one is the watchdog's lifeline.
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.exited = new Promise((resolve) => {
      const ended = (exit: Exit) => {
        this.#exit ??= exit;
        resolve(this.#exit);
      };
      const drained = (exit: Exit) => {
        ended(exit);
        this.#isDrained = true;
        this.#wake();
      };
      this.#process.once('exit', (code, signal) => ended({ code, signal }));
      // After the exit: what the process said just before it died has been read.
      this.#process.once('close', (code, signal) => drained({ code, signal }));
      this.#process.once('error', () => this.#process.pid === undefined && drained({ code: null, signal: null }));
    });
    const loaded = new Promise<null>((resolve) => {
      this.#process.on('message', (message: unknown) => {
        if (isFromExtractor(message)) {
          this.#receive(message, () => resolve(null));
        }
      });
    });
    this.ready = Promise.race([loaded, this.exited]);
    const lifeline = this.#process.stdio[lifelineFd];
    if (lifeline instanceof Readable) {
      // A write to a process that has just died; its exit says all there is to say.
      lifeline.on('error', () => {});
      createInterface({ input: lifeline }).on('line', (line) => {
        this.#slowPage = readSlowPage(line);
      });
    }
    if (this.#process.stderr !== null) passOnErrors(this.#process.stderr);
  }

  get pid(): number | null {
    return this.#process.pid ?? null;
  }

  get alive(): boolean {
    return this.#exit === null;
  }

  /** How many messages of any kind have come; each is a sign that the main thread is alive. */
  get messagesReceived(): number {
    return this.#messagesReceived;
  }

  /** Whether it has been given a document. */
  get hasServed(): boolean {
    return this.#hasServed;
  }

  /** What it is doing with its document; null until it has begun. */
  get reading(): Reading | null {
    return this.#reading;
  }

  /** The page that PDFium has been reading for a while, 0 for the document as a whole; null if there is none. */
  get slowPage(): number | null {
    return this.#slowPage;
  }

  /** The page that is to blame if the process dies now; null if it may be the document as a whole. */
  get current(): Omit<SkippedPage, 'failure'> | null {
    if (this.#slowPage !== null) return { engine: 'PDFIUM', page: this.#slowPage };
    const { engine, page = null, drawing } = this.#reading ?? {};
    const isRead = page !== null && drawing === undefined;
    return isRead && engine !== undefined && engine !== 'OCR' ? { engine, page } : null;
  }

  /** What it has spent on drawing pages of its document, up to now. */
  get drawnMs(): number {
    return this.#drawnMs + (this.#drawingSince === null ? 0 : performance.now() - this.#drawingSince);
  }

  /** When it last came further with its document. */
  get progressedAt(): Date {
    return this.#progressedAt;
  }

  send(message: ToExtractor): void {
    if (message.type === 'extract') {
      this.#hasServed = true;
      this.#reading = null;
      this.#slowPage = null;
      this.#drawnMs = 0;
      this.#drawingSince = null;
      this.#progressedAt = new Date();
    }
    if (this.#process.connected) {
      this.#process.send(message, () => {});
    }
  }

  #receive(message: FromExtractor, ready: () => void): void {
    this.#messagesReceived += 1;
    if (message.type === 'ready') {
      ready();
      return;
    }
    if (message.type === 'pong') {
      return;
    }
    this.#progressedAt = new Date();
    if (message.type === 'event' && message.event.type === 'reading') {
      this.#reading = message.event;
      if (message.event.drawing !== undefined) this.#drawingSince ??= performance.now();
    }
    if (message.type === 'event' && message.event.type === 'group' && this.#reading !== null) {
      // It waits until the group is taken: nothing is drawn meanwhile.
      const { drawing: _, ...reading } = this.#reading;
      this.#reading = reading;
      this.#drawnMs = this.drawnMs;
      this.#drawingSince = null;
    }
    this.#answers.push(message);
    this.#wake();
  }

  /** The next answer, or how the process ended once there are no more. Only one call at a time. */
  async next(): Promise<Answer | Exit> {
    for (;;) {
      const answer = this.#answers.shift() ?? (this.#isDrained ? this.#exit : null);
      if (answer !== null) {
        return answer;
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
