import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JobError } from '../../errors.ts';
import {
  type CrashedEvent,
  type ExtractionEvent,
  type ExtractionRequest,
  type Extractor,
  usableEngines,
} from '../model/extraction.ts';
import type { SandboxLevel } from '../model/sandbox.ts';
import { ChildGuard } from './child-guard.ts';
import { type EndReason, reasonOf } from './end-reason.ts';
import { crashOf, describe, lostBy } from './ends.ts';
import { isOwnFault } from './exit.ts';
import type { ExtractorChild } from './extractor-child.ts';
import { type LostPage, withoutPage } from './lost-pages.ts';
import { PageOrder } from './page-order.ts';
import { type BusyExtractor, ExtractorKilledError, Processes, type ProcessUse } from './processes.ts';
import { possibleSandboxes, type Sandbox } from './sandbox.ts';
import { Sandboxes } from './sandboxes.ts';
import { Slots } from './slots.ts';
import { type Undrawn, undrawnBy, withoutDrawing, withTaken } from './undrawn.ts';

export interface ExtractorPoolOptions {
  /** Number of concurrent extractions, each in a separate process. */
  size: number;
  /** Maximum resident memory of a busy process. Beyond it, the process is killed: MEMORY_LIMIT. */
  memoryBytes: number;
  /** Resident memory above which an idle process is replaced. */
  recycleBytes: number;
  /** The sandboxes to try, the strongest first. Default: all that this machine may offer. */
  sandboxes?: readonly [Sandbox, ...Sandbox[]];
  /** A folder for the files of the processes. Default: a new one in the system's temporary folder. */
  folder?: string;
  /** Folders that the processes may read: the data of OCR. Default: none. */
  readable?: readonly string[];
  /** Maximum size of a file that a process writes, in bytes. Default: 2 GiB. */
  fileBytes?: number;
  /** A script in plain JavaScript that runs instead of the extractor. For tests of the sandbox. */
  script?: string;
  /** Interval between pings of a busy process. Default: 2 s. */
  pingMilliseconds?: number;
  /**
   * Maximum time without a response and without using the CPU before a process is killed, PROCESS_BLOCKED. Default: 10
   * s.
   */
  blockedMilliseconds?: number;
  /** Maximum CPU time of PDFium for a page before the other engine reads the page. Default: 10 s. */
  pageMilliseconds?: number;
  /** Maximum time for drawing a page before its image is omitted. Default: 20 s. */
  renderMilliseconds?: number;
  /** Called when a process ended or is replaced. */
  onEnd?: (reason: EndReason) => void;
}

const GiB = 1024 ** 3;

const defaults = {
  readable: [],
  fileBytes: 2 * GiB,
  pingMilliseconds: 2_000,
  blockedMilliseconds: 10_000,
  pageMilliseconds: 10_000,
  renderMilliseconds: 20_000,
  onEnd: () => {},
} as const;

/** Maximum length of the text of a failure. */
const longestDetail = 2_000;

export function createExtractorPool(options: ExtractorPoolOptions): ExtractorPool {
  return new ExtractorPool(options);
}

/**
 * Warm extractor processes that are reused from job to job of one owner. A process is killed, never asked to stop, so
 * everything that a document left in it dies with it, and nothing can hang.
 *
 * A document may take over its process. Then the sandbox keeps the process from everything but the documents of the
 * same owner that it is given later. Its messages are checked, and the files that it writes are copied into the scratch
 * folder of the request.
 */
export class ExtractorPool implements Extractor {
  readonly #options: Required<Omit<ExtractorPoolOptions, 'script' | 'sandboxes' | 'readable'>>;
  readonly #sandboxes: Sandboxes;
  readonly #processes: Processes;
  readonly #slots: Slots;

  constructor(options: ExtractorPoolOptions) {
    const folder = options.folder ?? join(tmpdir(), `pagehive-extractors-${randomUUID()}`);
    const { script, ...all } = { script: undefined, ...defaults, ...options, folder };
    this.#options = all;
    this.#sandboxes = new Sandboxes({ ...all, possible: options.sandboxes ?? possibleSandboxes('auto'), script });
    this.#processes = new Processes(this.#sandboxes, all);
    this.#slots = new Slots(options.size);
  }

  /** The level of the sandbox in force; null before the first process is ready. */
  get sandbox(): SandboxLevel | null {
    return this.#sandboxes.level;
  }

  /** Starts processes and resolves once they are warm: all by default. Others start with the jobs that need them. */
  async start(count = this.#options.size): Promise<void> {
    await this.#processes.start(count);
  }

  /** Ids of the living processes, for monitoring. */
  get processIds(): number[] {
    return this.#processes.processIds;
  }

  /** Returns the resident memory of all processes, in bytes. */
  residentMemory(): Promise<number> {
    return this.#processes.residentMemory();
  }

  /** The busy processes, for an overview of current work. */
  get busy(): BusyExtractor[] {
    return this.#processes.busy;
  }

  /** Counts the living processes, and reads their memory. */
  use(): Promise<ProcessUse> {
    return this.#processes.use();
  }

  async *extract(request: ExtractionRequest, signal: AbortSignal): AsyncGenerator<ExtractionEvent> {
    if (usableEngines(request).length === 0) {
      throw new JobError('QUARANTINED');
    }
    const free = await this.#slots.acquire(signal);
    try {
      // Each crash removes a tool, and each setback a page to read or draw, so this loop ends.
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

  /** Runs the extraction in one process. Returns why that process did not finish, or null when all is done. */
  async *#attempt(
    request: ExtractionRequest,
    signal: AbortSignal,
  ): AsyncGenerator<ExtractionEvent, CrashedEvent | Undrawn | LostPage | NotStarted | null> {
    let { stored } = request;
    const memoryBytes = Math.min(request.memoryBytes ?? Number.POSITIVE_INFINITY, this.#options.memoryBytes);
    // What earlier documents left in memory must not count against this one.
    const isTight = request.memoryBytes !== null && memoryBytes < this.#options.recycleBytes;
    const child = await this.#processes.take(request.owner, request.fresh || isTight);
    const order = new PageOrder(request.maxPages);
    let end: EndReason | null = 'aborted';
    try {
      using guard = new ChildGuard(child, signal, { ...this.#options, memoryBytes });
      const failedStart = await child.ready;
      if (failedStart !== null) end = 'not_started';
      guard.throwIfKilled();
      if (failedStart !== null) {
        if (this.#sandboxes.weaken(child, failedStart)) return { type: 'notStarted', left: request };
        // Nothing can start in a folder that has disappeared.
        if (!existsSync(child.workspace.folder)) throw new JobError('STORAGE_UNAVAILABLE');
        throw isOwnFault(failedStart)
          ? new Error(`The extractor process could not start (${describe(failedStart)}).`)
          : new ExtractorKilledError(failedStart.signal);
      }
      await child.workspace.place(request.path);
      const { document, scratch } = child.paths;
      child.send({ type: 'extract', request: { ...request, path: document, scratch } });
      for (;;) {
        const answer = await child.next();
        if (guard.verdict !== null) end = reasonOf(guard.verdict.code);
        else if (!('type' in answer) && !signal.aborted) end = isOwnFault(answer) ? 'crashed' : 'killed';
        signal.throwIfAborted();
        const undrawn = guard.undrawn ?? undrawnBy(child.progress.reading, answer);
        if (undrawn !== null) {
          return {
            type: 'undrawn',
            left: { ...withoutDrawing(request, undrawn, child.progress.drawnMs), stored, fresh: true },
          };
        }
        const lost = guard.lost ?? lostBy(child, answer);
        const without = lost === null ? null : withoutPage(request, lost);
        if (without !== null) return { type: 'lostPage', left: { ...without, stored, fresh: true } };
        guard.throwIfKilled();
        if (!('type' in answer)) {
          return crashOf(request, child, answer);
        }
        if (answer.type === 'done') {
          end = null;
          return null;
        }
        if (answer.type === 'failed') {
          const { code, detail, page, trace } = answer;
          // Its files may have disappeared from the sandbox.
          end = code === 'STORAGE_UNAVAILABLE' ? 'files' : null;
          throw new JobError(code, { detail: detail.slice(0, longestDetail), page, cause: trace ?? undefined });
        }
        if (!order.allows(answer.event)) {
          child.violate('its pages are out of order');
          continue;
        }
        const event = await this.#withFiles(answer.event, child, request.scratch);
        if (event.type === 'group') {
          child.send({ type: 'taken' });
        }
        yield event;
        // A consumer that requests the next event has stored this one.
        stored = withTaken(stored, event);
      }
    } finally {
      await this.#processes.giveBack(child, end);
    }
  }

  /** Copies the files of an event into the scratch folder of the request. */
  async #withFiles(event: ExtractionEvent, { workspace }: ExtractorChild, folder: string): Promise<ExtractionEvent> {
    if (event.type === 'opened' && event.attachmentsFile !== null) {
      return { ...event, attachmentsFile: await workspace.handOver(event.attachmentsFile, folder) };
    }
    if (event.type === 'group' && event.images !== null && event.images.file !== null) {
      return { ...event, images: { ...event.images, file: await workspace.handOver(event.images.file, folder) } };
    }
    return event;
  }

  /** Kills every process and waits for its end. Running extractions throw `ExtractorKilledError`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#processes[Symbol.asyncDispose]();
    await rm(this.#options.folder, { recursive: true, force: true });
  }
}

/** The process did not start in its sandbox. The extraction continues in a weaker one. */
interface NotStarted {
  type: 'notStarted';
  left: ExtractionRequest;
}
