import { JobError } from '../../errors.ts';
import type { EndReason } from './end-reason.ts';
import { isOwnFault } from './exit.ts';
import type { ExtractorChild } from './extractor-child.ts';
import type { Sandboxes } from './sandboxes.ts';

/** A process that is working on a document. */
export interface BusyExtractor {
  pid: number;
  since: Date;
  /** When it last made progress: from opening to reading, from one page or group to the next. */
  progressedAt: Date;
}

/** The extractor was killed for a reason unrelated to it and its document. The job can simply run again. */
export class ExtractorKilledError extends Error {
  readonly signal: NodeJS.Signals | null;

  constructor(signal: NodeJS.Signals | null) {
    super(`The extractor process was killed from outside (${signal ?? 'no signal'}).`);
    this.name = 'ExtractorKilledError';
    this.signal = signal;
  }
}

/** The processes at one moment. */
export interface ProcessUse {
  busy: number;
  idle: number;
  /** Resident memory of all of them together, and of the largest one. */
  residentBytes: number;
  largestResidentBytes: number;
}

/** Time after which an idle process is replaced where documents of several owners come. */
const replaceMilliseconds = 2_000;

export interface ProcessesOptions {
  /** Maximum number of busy processes. */
  size: number;
  /** Resident memory above which an idle process is replaced. */
  recycleBytes: number;
  /** Called when a process ended or is replaced, except at the end of the pool. */
  onEnd: (reason: EndReason) => void;
}

/** The processes of a pool: started when needed, warm while they wait, and replaced. */
export class Processes implements AsyncDisposable {
  readonly #sandboxes: Sandboxes;
  readonly #options: ProcessesOptions;
  readonly #children = new Set<ExtractorChild>();
  readonly #idle = new Set<ExtractorChild>();
  readonly #busySince = new Map<ExtractorChild, Date>();
  /** Whether documents of several owners came. */
  #hasSeveralOwners = false;
  #disposed = false;

  constructor(sandboxes: Sandboxes, options: ProcessesOptions) {
    this.#sandboxes = sandboxes;
    this.#options = options;
  }

  /** Starts processes until there are `count`, and resolves once they are warm. */
  async start(count: number): Promise<void> {
    while (this.#children.size < count) {
      this.#idle.add(this.#spawn());
    }
    const ends = await Promise.all([...this.#children].map(async (child) => [child, await child.ready] as const));
    const failed = ends.filter(([child, failure]) => failure !== null && this.#sandboxes.weaken(child, failure));
    if (failed.length > 0 && !this.#disposed) await this.start(count);
  }

  /** Ids of the living processes, for monitoring. */
  get processIds(): number[] {
    return [...this.#children].flatMap(({ pid }) => pid ?? []);
  }

  /** Returns the resident memory of all processes, in bytes. */
  async residentMemory(): Promise<number> {
    const sizes = await Promise.all([...this.#children].map((child) => child.residentMemory()));
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  /** The busy processes, for an overview of current work. */
  get busy(): BusyExtractor[] {
    return [...this.#busySince].flatMap(([{ pid, progress }, since]) =>
      pid === null ? [] : { pid, since, progressedAt: progress.progressedAt },
    );
  }

  /** Counts the living processes, and reads their memory. */
  async use(): Promise<ProcessUse> {
    const resident = await Promise.all([...this.#children].map((child) => child.residentMemory()));
    const busy = this.#busySince.size;
    return {
      busy,
      idle: Math.max(0, this.#children.size - busy),
      residentBytes: resident.reduce((sum, bytes) => sum + bytes, 0),
      largestResidentBytes: Math.max(0, ...resident),
    };
  }

  /** A process serves the documents of one owner only, so that no document can reach those of others. */
  async take(owner: string, fresh: boolean): Promise<ExtractorChild> {
    const idle = [...this.#idle].filter((child) => child.alive);
    const unused = idle.find(({ hasServed }) => !hasServed);
    const child = (fresh ? undefined : idle.find((each) => each.owner === owner)) ?? unused;
    this.#hasSeveralOwners ||= idle.some((each) => each.hasServed && each.owner !== owner);
    const [oldest] = idle;
    if (child === undefined && oldest !== undefined) {
      await this.#end(oldest, idle.some((each) => each.owner === owner) ? 'fresh' : 'tenant');
    }
    const taken = child ?? this.#spawn();
    this.#idle.delete(taken);
    this.#busySince.set(taken, new Date());
    return taken;
  }

  /** Replaces a process that has been idle for some time, so that a document of another owner need not wait. */
  #replaceLater(child: ExtractorChild): void {
    setTimeout(async () => {
      const hasUnused = [...this.#idle].some(({ hasServed }) => !hasServed);
      if (!this.#hasSeveralOwners || hasUnused || !this.#idle.has(child)) return;
      await this.#end(child, 'tenant');
      if (!this.#disposed && this.#children.size < this.#options.size) this.#spawnIdle();
    }, replaceMilliseconds).unref();
  }

  async #end(child: ExtractorChild, reason: EndReason): Promise<void> {
    this.#idle.delete(child);
    this.#options.onEnd(reason);
    child.kill();
    await child.exited;
  }

  #spawn(): ExtractorChild {
    if (this.#disposed) {
      throw new ExtractorKilledError(null);
    }
    const child = this.#start();
    this.#children.add(child);
    void child.exited.then((exit) => {
      this.#children.delete(child);
      const wasIdle = this.#idle.delete(child);
      if (wasIdle && !this.#disposed) this.#options.onEnd(isOwnFault(exit) ? 'crashed' : 'killed');
      // A busy one may still have messages about files.
      if (wasIdle || !this.#busySince.has(child)) child.workspace[Symbol.dispose]();
    });
    return child;
  }

  #start(): ExtractorChild {
    try {
      return this.#sandboxes.start();
    } catch (error) {
      // Its files could not be created. Anything else, such as a misplaced DATA_DIR, is no fault of the storage.
      if (error instanceof Error && 'syscall' in error) throw new JobError('STORAGE_UNAVAILABLE', { cause: error });
      throw error;
    }
  }

  /** Starts a process in advance. If that fails, the next job tries again. */
  #spawnIdle(): void {
    try {
      this.#idle.add(this.#spawn());
    } catch (error) {
      if (!(error instanceof JobError)) throw error;
    }
  }

  /**
   * Takes a process back. `end` is the reason why it cannot be used again; null if it may be. When this resolves, a
   * process to be replaced is dead, and its memory is free for the next one.
   */
  async giveBack(child: ExtractorChild, end: EndReason | null): Promise<void> {
    const reason = end ?? (await this.#reasonToEnd(child));
    const keep = reason === null;
    if (!keep) {
      if (!this.#disposed) this.#options.onEnd(reason);
      child.kill();
      await child.exited;
      child.workspace[Symbol.dispose]();
    }
    this.#busySince.delete(child);
    if (keep) {
      this.#idle.add(child);
      this.#replaceLater(child);
    } else if (!this.#disposed && this.#children.size < this.#options.size) {
      this.#spawnIdle();
    }
  }

  /** Returns why an unharmed process must be replaced; null if it can be used again. */
  async #reasonToEnd(child: ExtractorChild): Promise<EndReason | null> {
    if ((await child.residentMemory()) > this.#options.recycleBytes) return 'memory';
    if (!child.workspace.clear()) return 'files';
    return child.alive ? null : 'crashed';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    const children = [...this.#children];
    for (const child of children) {
      child.kill();
    }
    await Promise.all(children.map((child) => child.exited));
  }
}
