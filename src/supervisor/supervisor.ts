import { setTimeout as sleep } from 'node:timers/promises';
import type { Exit, SupervisedProcess } from './supervised-process.ts';

/** A process that is kept running. */
export interface Service<Running extends SupervisedProcess = SupervisedProcess> {
  readonly name: string;
  /** Resolves when it is ready. Rejects when aborted, after ending what it has started. */
  start(signal: AbortSignal): Promise<Running>;
}

export interface Supervisor extends AsyncDisposable {
  /** Starts a service and keeps it running; rejects if it does not get ready this first time. */
  start<Running extends SupervisedProcess>(service: Service<Running>): Promise<Running>;
  /** Stops all services one by one, in the configured order. */
  stop(): Promise<void>;
  /** Kills everything that still runs. */
  killAll(): void;
}

export interface SupervisorOptions {
  /** Names of services in order; others stop last. */
  stopOrder: readonly string[];
  /** Called with one line for each exit and restart. */
  log(line: string): void;
  /**
   * Pauses before a restart, in milliseconds: doubled each time up to `maxMs`, reset after running for `resetAfterMs`.
   */
  backoff?: { firstMs: number; maxMs: number; resetAfterMs: number };
}

const defaultBackoff = { firstMs: 250, maxMs: 10_000, resetAfterMs: 30_000 };

/** Keeps services running until it is stopped: restarts those that exit. */
export function createSupervisor({ stopOrder, log, backoff = defaultBackoff }: SupervisorOptions): Supervisor {
  const running = new Map<string, SupervisedProcess>();
  const tasks = new Set<Promise<unknown>>();
  const stopping = new AbortController();
  let killing = false;
  let stopped: Promise<void> | undefined;

  async function launch<Running extends SupervisedProcess>(service: Service<Running>): Promise<Running> {
    stopping.signal.throwIfAborted();
    const task = begin(service);
    // `stop` waits for services that are starting, so that none appears later.
    tasks.add(task);
    try {
      return await task;
    } finally {
      tasks.delete(task);
    }
  }

  async function begin<Running extends SupervisedProcess>(service: Service<Running>): Promise<Running> {
    const started = await service.start(stopping.signal);
    running.set(service.name, started);
    void started.exited.then(() => running.get(service.name) === started && running.delete(service.name));
    return started;
  }

  async function keep(service: Service, first: SupervisedProcess): Promise<void> {
    let current: SupervisedProcess | null = first;
    let pause = backoff.firstMs;
    while (!stopping.signal.aborted) {
      if (current !== null) {
        const since = performance.now();
        const exit = await current.exited;
        if (stopping.signal.aborted) return;
        if (performance.now() - since > backoff.resetAfterMs) pause = backoff.firstMs;
        log(`${service.name} ended (${describeExit(exit)}); starting it again in ${pause / 1000} s`);
      }
      await sleep(pause, undefined, { signal: stopping.signal });
      pause = Math.min(pause * 2, backoff.maxMs);
      try {
        current = await launch(service);
        log(`${service.name} runs again`);
      } catch (error) {
        current = null;
        if (stopping.signal.aborted) return;
        log(
          `${service.name} did not start: ${error instanceof Error ? error.message : String(error)}; trying again in ${pause / 1000} s`,
        );
      }
    }
  }

  async function stopAll(): Promise<void> {
    stopping.abort();
    await Promise.allSettled(tasks);
    const place = (name: string) => (stopOrder.includes(name) ? stopOrder.indexOf(name) : stopOrder.length);
    for (const [, child] of [...running].sort(([a], [b]) => place(a) - place(b))) {
      if (killing) child.kill();
      await child.stop();
    }
  }

  return {
    async start(service) {
      const started = await launch(service);
      // It rejects only when aborted.
      keep(service, started).catch(() => undefined);
      return started;
    },
    stop() {
      stopped ??= stopAll();
      return stopped;
    },
    killAll() {
      killing = true;
      for (const child of running.values()) child.kill();
    },
    [Symbol.asyncDispose]() {
      return this.stop();
    },
  };
}

/** How a process ended, in words. */
export function describeExit({ code, signal }: Exit): string {
  return signal === null ? `exit code ${code}` : signal;
}
