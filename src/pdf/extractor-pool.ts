import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { JobError } from '../errors.ts';
import { ChildGuard } from './child-guard.ts';
import type { EngineName } from './document.ts';
import type { ExtractionEvent, ExtractionRequest, Extractor, PageRange } from './extraction.ts';
import { type Exit, ExtractorChild } from './extractor-child.ts';
import { Slots } from './slots.ts';

export interface ExtractorPoolOptions {
  /** Extractions at the same time, each in a process of its own. */
  size: number;
  /** Resident memory past which a busy process is killed: MEMORY_LIMIT. */
  memoryBytes: number;
  /** Resident memory past which an idle process is replaced by a fresh one. */
  recycleBytes: number;
}

/** The extractor was killed by something outside of it and its document: the job can simply run again. */
export class ExtractorKilledError extends Error {
  readonly signal: NodeJS.Signals | null;

  constructor(signal: NodeJS.Signals | null) {
    super(`The extractor process was killed from outside (${signal ?? 'no signal'}).`);
    this.name = 'ExtractorKilledError';
    this.signal = signal;
  }
}

/** Signals that a process doesn't bring upon itself. */
const fromOutside = new Set<NodeJS.Signals | null>(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT']);

/** What one extraction has given so far, over both engines if the first one crashed. */
interface Delivered {
  engine: EngineName | null;
  groups: PageRange[];
}

export function createExtractorPool(options: ExtractorPoolOptions): ExtractorPool {
  return new ExtractorPool(options);
}

/**
 * Warm extractor processes that are reused from job to job. A process is killed, never asked to stop: whatever state a
 * document left it in dies with it, and nothing can hang.
 */
export class ExtractorPool implements Extractor {
  readonly #options: ExtractorPoolOptions;
  readonly #slots: Slots;
  readonly #children = new Set<ExtractorChild>();
  readonly #idle: ExtractorChild[] = [];
  #links: Promise<string> | null = null;
  #linkNumber = 0;
  #disposed = false;

  constructor(options: ExtractorPoolOptions) {
    this.#options = options;
    this.#slots = new Slots(options.size);
  }

  /** Starts all processes and resolves once they are warm. Without it each starts with the first job that needs it. */
  async start(): Promise<void> {
    while (this.#children.size < this.#options.size) {
      this.#idle.push(this.#spawn());
    }
    await Promise.all([...this.#children].map((child) => child.ready));
  }

  /** The processes that live now, for those who watch over them. */
  get processIds(): number[] {
    return [...this.#children].flatMap(({ pid }) => pid ?? []);
  }

  async *extract(request: ExtractionRequest, signal: AbortSignal): AsyncGenerator<ExtractionEvent> {
    const free = await this.#slots.acquire(signal);
    let path: string | null = null;
    try {
      path = await this.#asPdf(request.path);
      const delivered: Delivered = { engine: null, groups: [] };
      const crash = yield* this.#attempt({ ...request, path }, signal, delivered);
      if (crash === null) {
        return;
      }
      if (request.engine !== 'AUTO' || delivered.engine === 'PDFJS') {
        throw new JobError('PDF_CRASHES_EXTRACTOR');
      }
      const stored = null;
      if ((yield* this.#attempt({ ...request, path, engine: 'PDFJS', stored }, signal, delivered)) !== null) {
        throw new JobError('PDF_CRASHES_EXTRACTOR');
      }
    } finally {
      free();
      if (path !== null && path !== request.path) {
        await rm(path, { force: true });
      }
    }
  }

  /** Runs the extraction in one process. Returns how that process crashed, or null when all is done. */
  async *#attempt(
    request: ExtractionRequest,
    signal: AbortSignal,
    delivered: Delivered,
  ): AsyncGenerator<ExtractionEvent, Exit | null> {
    const child = this.#take();
    let reusable = false;
    try {
      using guard = new ChildGuard(child, signal, this.#options.memoryBytes);
      const failedStart = await child.ready;
      guard.throwIfKilled();
      if (failedStart !== null) {
        throw fromOutside.has(failedStart.signal)
          ? new ExtractorKilledError(failedStart.signal)
          : new Error(`The extractor process could not start (exit code ${failedStart.code}).`);
      }
      child.send({ type: 'extract', request });
      for (;;) {
        const message = await child.next();
        guard.throwIfKilled();
        if (!('type' in message)) {
          if (fromOutside.has(message.signal)) {
            throw new ExtractorKilledError(message.signal);
          }
          return message;
        }
        if (message.type === 'done') {
          reusable = true;
          return null;
        }
        if (message.type === 'failed') {
          reusable = true;
          const { code, detail, page, trace } = message;
          throw new JobError(code, { detail, page, cause: trace ?? undefined });
        }
        if (message.type === 'event' && message.event.type === 'group') {
          child.send({ type: 'taken' });
          delivered.groups.push(message.event.range);
          yield message.event;
        } else if (message.type === 'event' && message.event.type === 'opened' && delivered.engine === null) {
          delivered.engine = message.event.engine;
          yield message.event;
        }
      }
    } finally {
      await this.#giveBack(child, reusable);
    }
  }

  #take(): ExtractorChild {
    for (let child = this.#idle.pop(); child !== undefined; child = this.#idle.pop()) {
      if (child.alive) {
        return child;
      }
    }
    return this.#spawn();
  }

  #spawn(): ExtractorChild {
    if (this.#disposed) {
      throw new ExtractorKilledError(null);
    }
    const child = new ExtractorChild(this.#options.memoryBytes);
    this.#children.add(child);
    void child.exited.then(() => this.#children.delete(child));
    return child;
  }

  /** A process that is to be replaced is dead when this resolves, and its memory is free for the next. */
  async #giveBack(child: ExtractorChild, reusable: boolean): Promise<void> {
    if (reusable && (await child.residentMemory()) <= this.#options.recycleBytes && child.alive) {
      this.#idle.push(child);
      return;
    }
    child.kill();
    await child.exited;
    if (!this.#disposed) {
      this.#idle.push(this.#spawn());
    }
  }

  /** LiteParse knows a PDF by its name only, so a file with another name gets a link with that ending. */
  async #asPdf(path: string): Promise<string> {
    if (path.endsWith('.pdf')) {
      return path;
    }
    this.#links ??= mkdtemp(join(tmpdir(), 'pagehive-extract-'));
    this.#linkNumber += 1;
    const link = join(await this.#links, `${this.#linkNumber}.pdf`);
    await symlink(resolve(path), link);
    return link;
  }

  /** Kills every process and waits for its end. Extractions under way throw `ExtractorKilledError`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    const children = [...this.#children];
    for (const child of children) {
      child.kill();
    }
    await Promise.all(children.map((child) => child.exited));
    if (this.#links !== null) {
      await rm(await this.#links, { recursive: true, force: true });
    }
  }
}
