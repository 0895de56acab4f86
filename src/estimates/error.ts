import type { EtaQuality } from '../ops/metrics.ts';
import type { Estimate } from '../progress/state.ts';
import type { CostKey, Costs } from './costs.ts';
import type { Learn } from './learner.ts';

/** The moment of a verified estimate: while the job waited, when its document was opened, or half-way. */
export const etaMoments = ['waiting', 'opened', 'half'] as const;

export type EtaMoment = (typeof etaMoments)[number];

const errorKey = (moment: EtaMoment): CostKey => ({ measure: 'ETA_ERROR', engine: '', size: moment });
const coverageKey = (moment: EtaMoment): CostKey => ({ measure: 'ETA_COVERAGE', engine: '', size: moment });

/** Smaller errors count as this. */
const minSeconds = 0.001;

/** Records the error of an estimate once the end is known (in milliseconds). */
export function learnEtaError(learn: Learn, moment: EtaMoment, guess: Estimate, endedAt: number): void {
  const seconds = Math.abs(Date.parse(guess.at) - endedAt) / 1000;
  learn(errorKey(moment), Math.log(Math.max(minSeconds, seconds)));
  const held = Date.parse(guess.earliest) <= endedAt && endedAt <= Date.parse(guess.latest);
  learn(coverageKey(moment), held ? 1 : 0);
}

/** Returns the moments with data. */
export function etaQuality(costs: Costs): EtaQuality[] {
  return etaMoments.flatMap((moment) => {
    const error = costs.learned(errorKey(moment));
    const coverage = costs.learned(coverageKey(moment));
    if (error === null || coverage === null) return [];
    const at = (deviations: number) => Math.exp(error.mean + deviations * Math.sqrt(error.variance));
    return [{ moment, medianError: at(0), ninthDecileError: at(1.2816), coverage: coverage.mean }];
  });
}
