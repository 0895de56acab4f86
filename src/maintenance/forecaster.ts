import { costKeys, type LearnedCost, waitScale } from '../estimates/costs.ts';
import { learnEtaError } from '../estimates/error.ts';
import { estimateAt } from '../estimates/estimate.ts';
import { mergeCosts } from '../estimates/learner.ts';
import { type Made, makeForecast } from '../estimates/queue/forecast.ts';
import { endOf, placeOf, secondsTo } from '../estimates/queue/place.ts';
import type { JobsContext } from '../jobs/context.ts';
import { readStates } from '../jobs/read.ts';
import { type Estimate, isFinal } from '../progress/state.ts';
import type { Actor } from './actor.ts';

interface Guess extends Estimate {
  /** In milliseconds since 1970. */
  madeAt: number;
  /** The forecast in seconds, before correction by learned errors. */
  expected: number;
}

/** Minimum wait, in seconds, from which forecast errors are learned. Shorter ones reveal nothing about the quality. */
const minLearnedSeconds = 2;

/** Maximum waiting jobs whose estimates are remembered until they end. */
const maxGuesses = 20;

/**
 * Simulates the queue, so that all processes can estimate when a waiting job will finish. Remembers one estimate of
 * each forecast to compare with the actual end.
 */
export function createForecaster({ jobs }: { jobs: JobsContext }): Actor {
  const guesses = new Map<string, Guess>();

  async function compare(): Promise<void> {
    const found = await readStates(jobs, [...guesses.keys()]);
    const waiting = found.filter((state) => !isFinal(state));
    for (const state of found) {
      const guess = guesses.get(state.jobId);
      if (guess === undefined || state.status !== 'COMPLETED') continue;
      const observed: LearnedCost[] = [];
      const learn = (key: Pick<LearnedCost, 'measure' | 'engine' | 'size'>, mean: number) =>
        observed.push({ ...key, weight: 1, mean, variance: 0 });
      const endedAt = Date.parse(state.at);
      learnEtaError(learn, 'waiting', guess, endedAt);
      const { expected } = guess;
      const took = Math.max(0.1, (endedAt - guess.madeAt) / 1000);
      if (expected > minLearnedSeconds) learn(costKeys.wait(), Math.log(took / expected) * waitScale(expected));
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
      if (guesses.size < maxGuesses) guessOne(made, guesses);
    },
  };
}

/** Picks a random waiting job: the choice must not depend on the quality of its estimate. */
function guessOne({ takenAt, queue, forecast, costs }: Made, guesses: Map<string, Guess>): void {
  const rows = [...queue.waiting].flatMap(([tenantId, each]) => each.map((row) => ({ ...row, tenantId })));
  const row = rows[Math.floor(Math.random() * rows.length)];
  if (row === undefined || forecast.slots === 0 || guesses.has(row.id)) return;
  const place = placeOf({ ...row, arrived: [] }, forecast);
  const end = endOf(place, 0, row.work, costs);
  const madeAt = takenAt.getTime();
  guesses.set(row.id, { madeAt, expected: secondsTo(place, row.work), ...estimateAt(madeAt, end, madeAt) });
}
