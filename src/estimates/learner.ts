import type { Database } from '../connections/database.ts';
import type { Logger } from '../ops/logger.ts';
import { type CostKey, Costs, keyOf, type LearnedCost } from './costs.ts';
import { merge } from './sql/merge-costs.ts';

/** Reads all observations: some dozen rows. */
export async function readCosts(context: { database: Database }): Promise<LearnedCost[]> {
  return await context.database.query<LearnedCost>(
    'SELECT measure, engine, size, weight, mean, variance FROM costs',
    [],
  );
}

/** Adds observations. */
export async function mergeCosts(context: { database: Database }, observed: LearnedCost[]): Promise<void> {
  await context.database.query(merge, [
    observed.map(({ measure }) => measure),
    observed.map(({ engine }) => engine),
    observed.map(({ size }) => size),
    observed.map(({ weight }) => weight),
    observed.map(({ mean }) => mean),
    observed.map(({ variance }) => variance),
  ]);
}

/** Adds one observation. `value` has the form of the measure: a logarithm, for most. */
export type Learn = (key: CostKey, value: number) => void;

export interface CostsLearner extends AsyncDisposable {
  /** The current costs, from the observations of all workers. */
  readonly costs: Costs;
  readonly learn: Learn;
}

const flushEveryMs = 3_000;
/** Maximum interval between two reads of the costs, in milliseconds. */
const readEveryMs = 30_000;

/**
 * Collects the observations of this process in memory and adds them to the table every few seconds in one statement. So
 * a job costs no statement, and processes rarely wait for each other's rows.
 */
export async function startLearning(context: { database: Database }, logger: Logger): Promise<CostsLearner> {
  let costs = new Costs(await readCosts(context));
  let readAt = performance.now();
  let observed = new Map<string, LearnedCost>();

  async function flush(): Promise<void> {
    const batch = [...observed.values()];
    if (batch.length === 0 && performance.now() - readAt < readEveryMs) return;
    observed = new Map();
    // Observations that cannot be written are lost: more will follow.
    if (batch.length > 0) await mergeCosts(context, batch);
    costs = new Costs(await readCosts(context));
    readAt = performance.now();
  }

  let flushing: Promise<void> | null = null;
  const flushOnce = () => {
    flushing ??= flush()
      .catch((error) => logger.debug({ err: error }, 'could not write observations'))
      .finally(() => {
        flushing = null;
      });
    return flushing;
  };
  const timer = setInterval(flushOnce, flushEveryMs);

  return {
    get costs() {
      return costs;
    },
    learn(key, value) {
      if (!Number.isFinite(value)) return;
      const one = observed.get(keyOf(key)) ?? { ...key, weight: 0, mean: 0, variance: 0 };
      const weight = one.weight + 1;
      const distance = value - one.mean;
      one.variance = (one.variance * one.weight + (distance ** 2 * one.weight) / weight) / weight;
      one.mean += distance / weight;
      one.weight = weight;
      observed.set(keyOf(key), one);
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await flushing;
      await flushOnce();
    },
  };
}
