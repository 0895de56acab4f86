import type { JobsContext } from '../jobs/context.ts';
import type { LearnedCost } from '../jobs/costs.ts';
import { mergeCosts } from '../jobs/costs-learner.ts';
import { addSpans, estimateAt } from '../jobs/estimate.ts';
import { learnEtaError } from '../jobs/estimate-error.ts';
import { type Made, makeForecast } from '../jobs/estimate-forecast.ts';
import { placeOf, waitFor } from '../jobs/estimate-queue.ts';
import { readStates } from '../jobs/read.ts';
import { type Estimate, isFinal } from '../progress/state.ts';
import type { Actor } from './actor.ts';

/** Waiting jobs whose estimates are remembered until they have ended. */
const mostGuesses = 20;

/**
 * Plays through how the queue will go on, for all who wait and ask when. Of each forecast it remembers one job's estimate,
 * to hold it against what comes.
 */
export function createForecaster({ jobs }: { jobs: JobsContext }): Actor {
  const guesses = new Map<string, Estimate>();

  async function compare(): Promise<void> {
    const found = await readStates(jobs, [...guesses.keys()]);
    const waiting = found.filter((state) => !isFinal(state));
    for (const state of found) {
      const guess = guesses.get(state.jobId);
      if (guess === undefined || state.status !== 'COMPLETED') continue;
      const observed: LearnedCost[] = [];
      const learn = (key: Pick<LearnedCost, 'measure' | 'engine' | 'size'>, mean: number) =>
        observed.push({ ...key, weight: 1, mean, variance: 0 });
      learnEtaError(learn, 'waiting', guess, Date.parse(state.at));
      await mergeCosts(jobs, observed);
    }
    const left = new Set(waiting.map(({ jobId }) => jobId));
    for (const jobId of guesses.keys()) if (!left.has(jobId)) guesses.delete(jobId);
  }

  return {
    name: 'forecaster',
    everyMs: 2_000,
    async runOnce() {
      const made = await makeForecast(jobs);
      if (guesses.size > 0) await compare();
      if (guesses.size < mostGuesses) guessOne(made, guesses);
    },
  };
}

/** Any of the waiting jobs: which one must not depend on how good its estimate is. */
function guessOne({ takenAt, queue, forecast }: Made, guesses: Map<string, Estimate>): void {
  const rows = [...queue.waiting].flatMap(([tenantId, each]) => each.map((row) => ({ ...row, tenantId })));
  const row = rows[Math.floor(Math.random() * rows.length)];
  if (row === undefined || forecast.slots === 0 || guesses.has(row.id)) return;
  const wait = waitFor(placeOf({ ...row, arrived: [] }, forecast), 0);
  guesses.set(row.id, estimateAt(takenAt.getTime(), addSpans(wait, row.work), takenAt.getTime()));
}
