import type { Database } from '../connections/database.ts';
import type { Logger } from '../ops/logger.ts';
import type { BatchState } from '../progress/state.ts';
import { batchStateOf } from './batch.ts';
import { type Folds, foldBatch, foldBatches } from './fold.ts';

export interface Folder extends AsyncDisposable {
  /** Something happened to a job of this batch: its counts are folded soon. */
  touch(batchId: string, what: 'transition' | 'progress'): void;
  /** Folds at once what has been committed. */
  fold(batchId: string): Promise<void>;
}

/** A batch is folded at most this often, by all processes together. */
const restMs = 100;
/** Percentages reach the rows about once a second. */
const progressMs = 1_000;

/**
 * The folder of a process: every process folds the batches whose jobs it changes, a moment later, so that a thousand
 * transitions cost ten folds. What a process that died leaves behind, maintenance folds.
 */
export function createFolder(context: {
  database: Database;
  publish: (state: BatchState) => void;
  logger: Logger;
}): Folder {
  const { database, publish, logger } = context;
  /** By batch, when it is to be folded. */
  const touched = new Map<string, number>();
  let timer: NodeJS.Timeout | null = null;
  let folding: Promise<void> = Promise.resolve();
  let closed = false;

  function tell({ changed }: Folds): void {
    for (const batch of changed) publish(batchStateOf(batch));
  }

  function touch(batchId: string, inMs: number): void {
    if (closed) return;
    const at = performance.now() + inMs;
    if (at < (touched.get(batchId) ?? Number.POSITIVE_INFINITY)) touched.set(batchId, at);
    plan();
  }

  function plan(): void {
    if (touched.size === 0) return;
    const wait = Math.max(0, Math.min(...touched.values()) - performance.now());
    clearTimeout(timer ?? undefined);
    timer = setTimeout(() => {
      folding = folding.then(foldDue);
    }, wait);
  }

  async function foldDue(): Promise<void> {
    const now = performance.now();
    const due = [...touched].filter(([, at]) => at <= now).map(([id]) => id);
    for (const id of due) touched.delete(id);
    if (due.length > 0) {
      try {
        const folds = await foldBatches(database, due, restMs);
        tell(folds);
        for (const id of folds.behind) touch(id, restMs);
      } catch (error) {
        logger.warn({ err: error }, 'batches could not be counted; trying again');
        for (const id of due) touch(id, progressMs);
      }
    }
    plan();
  }

  return {
    touch: (batchId, what) => touch(batchId, what === 'transition' ? restMs : progressMs),
    async fold(batchId) {
      tell(await foldBatch(database, batchId));
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      clearTimeout(timer ?? undefined);
      await folding;
      // Not to leave to maintenance what can be done now.
      const rest = [...touched.keys()];
      if (rest.length > 0) await foldBatches(database, rest, 0).then(tell, () => {});
    },
  };
}
