import { ServerUnreachableError } from '../client/errors.ts';
import { onStopSignals } from '../supervisor/stop-signals.ts';
import { exitCodeOf, unreachable } from './refusal.ts';
import type { Item, JobView } from './watch-view.ts';

export interface Task {
  signal: AbortSignal;
  /** Sets the line to print for this item if everything is stopped early. */
  noteIfStopped(line: string): void;
}

/**
 * Handles all items concurrently and returns the highest exit code. A signal, or a server that cannot be reached, stops
 * all of them early.
 */
export async function runEach<Each extends Item>(
  items: Each[],
  view: JobView,
  handle: (item: Each, task: Task) => Promise<number>,
): Promise<number> {
  const stop = new AbortController();
  let stopCode = 0;
  using signals = onStopSignals(() => process.exit(130));
  void signals.first.then((signal) => {
    stopCode = signal === 'SIGINT' ? 130 : 143;
    stop.abort();
  });
  const unfinished = new Map<Each, string>();

  async function guarded(item: Each): Promise<number> {
    try {
      const code = await handle(item, { signal: stop.signal, noteIfStopped: (line) => unfinished.set(item, line) });
      unfinished.delete(item);
      return code;
    } catch (error) {
      if (stop.signal.aborted) return 1;
      if (error instanceof ServerUnreachableError) {
        view.note(unreachable(error));
        stop.abort();
        return 1;
      }
      unfinished.delete(item);
      view.refused(item, error);
      return exitCodeOf(error);
    }
  }

  const codes = await Promise.all(items.map(guarded));
  if (stopCode > 0) for (const line of unfinished.values()) view.note(line);
  view.close();
  return stopCode || Math.max(...codes);
}
