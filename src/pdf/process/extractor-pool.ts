import { JobError } from '../../errors.ts';
import { engineKeys } from '../model/engine-keys.ts';
import {
  type CrashedEvent,
  type ExtractionEvent,
  type ExtractionRequest,
  type Extractor,
  type SkippedPage,
  usableEngines,
} from '../model/extraction.ts';
import { ChildGuard } from './child-guard.ts';
import { type Exit, ExtractorChild, isOwnFault } from './extractor-child.ts';
import { type LostPage, withoutPage } from './lost-pages.ts';
import { Slots } from './slots.ts';
import { type Undrawn, undrawnBy, withoutDrawing, withTaken } from './undrawn.ts';

export interface ExtractorPoolOptions {
  /** Extractions at the same time, each in a process of its own. */
  size: number;
  /** Resident memory past which a busy process is killed: MEMORY_LIMIT. */
  memoryBytes: number;
  /** Resident memory past which an idle process is replaced by a fresh one. */
  recycleBytes: number;
  /** How often a busy process is asked for a sign of life; 2 s. */
  pingMilliseconds?: number;
  /** How long a process may give no answer and use no CPU before it is killed, PROCESS_BLOCKED; 10 s. */
  blockedMilliseconds?: number;
  /** Processor time that PDFium may take for a page before the page is given up to the other engine; 10 s. */
  pageMilliseconds?: number;
  /** How long a page may be drawn before its image is given up; 20 s. */
  renderMilliseconds?: number;
}

/** A process that is at work on a document. */
export interface BusyExtractor {
  pid: number;
  since: Date;
  /** When it last came further: from opening to reading, from one page or group to the next. */
  progressedAt: Date;
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

const defaults = {
  pingMilliseconds: 2_000,
  blockedMilliseconds: 10_000,
  pageMilliseconds: 10_000,
  renderMilliseconds: 20_000,
};

export function createExtractorPool(options: ExtractorPoolOptions): ExtractorPool {
  return new ExtractorPool(options);
}

/**
 * Warm extractor processes that are reused from job to job. A process is killed, never asked to stop: whatever state a
 * document left it in dies with it, and nothing can hang. Files it writes to the scratch folder alone, which goes with the attempt.
 */
export class ExtractorPool implements Extractor {
  readonly #options: Required<ExtractorPoolOptions>;
  readonly #slots: Slots;
  readonly #children = new Set<ExtractorChild>();
  readonly #idle = new Set<ExtractorChild>();
  readonly #busySince = new Map<ExtractorChild, Date>();
  #disposed = false;

  constructor(options: ExtractorPoolOptions) {
    this.#options = { ...defaults, ...options };
    this.#slots = new Slots(options.size);
  }

  /** Starts all processes and resolves once they are warm. Without it each starts with the first job that needs it. */
  async start(): Promise<void> {
    while (this.#children.size < this.#options.size) {
      this.#idle.add(this.#spawn());
    }
    await Promise.all([...this.#children].map((child) => child.ready));
  }

  /** The processes that live now, for those who watch over them. */
  get processIds(): number[] {
    return [...this.#children].flatMap(({ pid }) => pid ?? []);
  }

  /** The processes at work now, for a view of what goes on. */
  get busy(): BusyExtractor[] {
    return [...this.#busySince].flatMap(([{ pid, progressedAt }, since]) =>
      pid === null ? [] : { pid, since, progressedAt },
    );
  }

  async *extract(request: ExtractionRequest, signal: AbortSignal): AsyncGenerator<ExtractionEvent> {
    if (usableEngines(request).length === 0) {
      throw new JobError('QUARANTINED');
    }
    const free = await this.#slots.acquire(signal);
    try {
      // Each crash takes a tool away, and each setback a page that is read or drawn no more, so this ends.
      for (let left = request; ; ) {
        const setback = yield* this.#attempt(left, signal);
        if (setback === null) {
          return;
        }
        if (setback.type !== 'crashed') {
          left = setback.left;
          continue;
        }
        yield setback;
        left = { ...left, avoid: [...left.avoid, setback.engine], fresh: true };
        if (usableEngines(left).length === 0) {
          throw new JobError('PDF_CRASHES_EXTRACTOR', { page: setback.page });
        }
      }
    } finally {
      free();
    }
  }

  /** Runs the extraction in one process. Returns why that process did not get to the end, or null when all is done. */
  async *#attempt(
    request: ExtractionRequest,
    signal: AbortSignal,
  ): AsyncGenerator<ExtractionEvent, CrashedEvent | Undrawn | LostPage | null> {
    let { stored } = request;
    const child = await this.#take(request.fresh);
    let reusable = false;
    try {
      using guard = new ChildGuard(child, signal, this.#options);
      const failedStart = await child.ready;
      guard.throwIfKilled();
      if (failedStart !== null) {
        throw isOwnFault(failedStart)
          ? new Error(`The extractor process could not start (${describe(failedStart)}).`)
          : new ExtractorKilledError(failedStart.signal);
      }
      child.send({ type: 'extract', request });
      for (;;) {
        const answer = await child.next();
        signal.throwIfAborted();
        const undrawn = guard.undrawn ?? undrawnBy(child.reading, answer);
        if (undrawn !== null) {
          return { type: 'undrawn', left: { ...withoutDrawing(request, undrawn, child.drawnMs), stored, fresh: true } };
        }
        const lost = guard.lost ?? lostBy(child, answer);
        const without = lost === null ? null : withoutPage(request, lost);
        if (without !== null) return { type: 'lostPage', left: { ...without, stored, fresh: true } };
        guard.throwIfKilled();
        if (!('type' in answer)) {
          return crashOf(request, child, answer);
        }
        if (answer.type === 'done') {
          reusable = true;
          return null;
        }
        if (answer.type === 'failed') {
          reusable = true;
          const { code, detail, page, trace } = answer;
          throw new JobError(code, { detail, page, cause: trace ?? undefined });
        }
        if (answer.event.type === 'group') {
          child.send({ type: 'taken' });
        }
        yield answer.event;
        // Whoever asks for the next event has stored this one.
        stored = withTaken(stored, answer.event);
      }
    } finally {
      await this.#giveBack(child, reusable);
    }
  }

  async #take(fresh: boolean): Promise<ExtractorChild> {
    const idle = [...this.#idle].filter((child) => child.alive);
    let child = idle.find(({ hasServed }) => !(fresh && hasServed));
    if (child === undefined) {
      const [used] = idle;
      if (used !== undefined) {
        this.#idle.delete(used);
        used.kill();
        await used.exited;
      }
      child = this.#spawn();
    }
    this.#idle.delete(child);
    this.#busySince.set(child, new Date());
    return child;
  }

  #spawn(): ExtractorChild {
    if (this.#disposed) {
      throw new ExtractorKilledError(null);
    }
    const child = new ExtractorChild(this.#options.memoryBytes);
    this.#children.add(child);
    void child.exited.then(() => {
      this.#children.delete(child);
      this.#idle.delete(child);
    });
    return child;
  }

  /** A process that is to be replaced is dead when this resolves, and its memory is free for the next. */
  async #giveBack(child: ExtractorChild, reusable: boolean): Promise<void> {
    const keep = reusable && (await child.residentMemory()) <= this.#options.recycleBytes && child.alive;
    if (!keep) {
      child.kill();
      await child.exited;
    }
    this.#busySince.delete(child);
    if (keep) {
      this.#idle.add(child);
    } else if (!this.#disposed) {
      this.#idle.add(this.#spawn());
    }
  }

  /** Kills every process and waits for its end. Extractions under way throw `ExtractorKilledError`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    const children = [...this.#children];
    for (const child of children) {
      child.kill();
    }
    await Promise.all(children.map((child) => child.exited));
  }
}

function describe({ code, signal }: Exit): string {
  return signal ?? `exit code ${code}`;
}

/** The page that a process died of by itself; null if it lives, or died of something else. */
function lostBy({ current }: ExtractorChild, answer: Exit | { type: string }): SkippedPage | null {
  if ('type' in answer || current === null || current.page === 0 || !isOwnFault(answer)) return null;
  return { ...current, failure: 'CRASH' };
}

/** Throws if the document is not to blame: a kill from outside, or a process that died before it had begun with it. */
function crashOf(request: ExtractionRequest, child: ExtractorChild, exit: Exit): CrashedEvent {
  const [first, ...others] = usableEngines(request);
  if (child.reading === null || first === undefined || !isOwnFault(exit)) {
    throw new ExtractorKilledError(exit.signal);
  }
  const { engine, page } = child.reading;
  const guilty = engine === 'OCR' || others.includes(engine) ? engine : first;
  return { type: 'crashed', engine: guilty, key: engineKeys[guilty], page, detail: describe(exit) };
}
