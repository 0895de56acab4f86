import type { Database } from '../connections/database.ts';
import { etaOf, isFinalStatus, type Job, progressOf } from '../job-row/job.ts';
import type { Logger } from '../ops/logger.ts';
import { type Estimate, isFinal, type ProgressState } from '../progress/state.ts';
import { estimateAt, expectStages, totalOf, type WorkRow, workFacts } from './estimate.ts';
import { type KnownForecast, readForecast } from './queue/forecast.ts';
import { endOf, placeOf } from './queue/play.ts';
import { lastOfBatches, stateRows } from './sql/estimated-jobs.ts';

/** When a job is expected to be final and where in the queue it stands; null where that does not apply or is not known. */
export interface JobEstimate {
  estimate: Estimate | null;
  queuePosition: number | null;
}

/** What of a job's row says when it will be done. */
export interface EstimatedRow extends WorkRow {
  id: string;
  tenantId: string;
  status: Job['status'];
  claimOrder: Date;
  dueAt: Date | null;
  startedAt: Date | null;
  eta: Date | null;
  etaEarliest: Date | null;
  etaLatest: Date | null;
}

export interface Estimates {
  ofJob(row: EstimatedRow): Promise<JobEstimate>;
  /** At once where the state says it itself; one and the same state is looked up once, whoever asks. */
  ofState(state: ProgressState): JobEstimate | Promise<JobEstimate>;
  /** When the last of each batch's jobs is expected to be final; null where that is not known. */
  ofBatches(batchIds: readonly string[]): Promise<(Estimate | null)[]>;
  /** The current states of these jobs, those that wait with their estimates of now; those that are gone are left out. */
  readStates(ids: string[]): Promise<ProgressState[]>;
  /** A job was accepted here: it is ahead of those that come after it, before the next forecast knows. */
  arrived(job: Pick<Job, 'tenantId' | 'id'>): void;
}

/** A forecast is asked for not more often, and only if somebody wants to know. */
const freshMs = 1_000;
/** Without maintenance for this long nothing is known any more. */
const staleMs = 15_000;
const none: JobEstimate = { estimate: null, queuePosition: null };

interface Arrival {
  id: string;
  at: number;
  /** Seconds that it takes; null as long as nobody asked. */
  work: number | null;
}

export type StateRow = EstimatedRow & Job;

/**
 * Answers for all of a process when jobs will be done. A running job's worker says so itself; a waiting one is placed in the
 * newest forecast, which this process reads at most once a second, however many ask.
 */
export function createEstimates(context: { database: Database }, logger: Logger): Estimates {
  let forecast: KnownForecast | null = null;
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | null = null;
  const found = new WeakMap<ProgressState, Promise<JobEstimate>>();
  /** By tenant: what was accepted here since the forecast, in the order of ids. */
  const arrivals = new Map<string, Arrival[]>();
  let forgottenAt = 0;

  async function read(): Promise<void> {
    readAt = performance.now();
    try {
      forecast = (await readForecast(context)) ?? forecast;
      forgetArrivals(forecast?.madeAt ?? 0);
    } catch (error) {
      logger.debug({ err: error }, 'the forecast could not be read');
    }
  }

  async function current(): Promise<KnownForecast | null> {
    if (performance.now() - readAt > freshMs) {
      reading ??= read().finally(() => {
        reading = null;
      });
    }
    await reading;
    return forecast !== null && Date.now() - forecast.madeAt < staleMs ? forecast : null;
  }

  function forgetArrivals(before: number): void {
    for (const [tenantId, jobs] of arrivals) {
      const left = jobs.filter(({ at }) => at >= before);
      if (left.length === 0) arrivals.delete(tenantId);
      else arrivals.set(tenantId, left);
    }
  }

  /** What came before this row; what the row itself takes is noted for those that come after it. */
  function arrivedBefore({ tenantId, id }: EstimatedRow, work: number): (number | null)[] {
    const jobs = arrivals.get(tenantId) ?? [];
    const index = jobs.findLastIndex((job) => job.id <= id);
    const last = jobs[index];
    if (last?.id !== id) return jobs.slice(0, index + 1).map((job) => job.work);
    last.work = work;
    return jobs.slice(0, index).map((job) => job.work);
  }

  function estimate(row: EstimatedRow, known: KnownForecast): JobEstimate {
    const work = totalOf(expectStages(workFacts(row), known.costs));
    const now = Date.now();
    if (row.status === 'RUNNING') {
      const startedAt = row.startedAt?.getTime() ?? now;
      return { estimate: etaOf(row) ?? estimateAt(startedAt, work, now), queuePosition: null };
    }
    const claimOrder = row.claimOrder.getTime();
    const place = placeOf({ ...row, claimOrder, arrived: arrivedBefore(row, work.mean) }, known.queue);
    const isDue = row.dueAt === null || row.dueAt.getTime() <= now;
    const queuePosition = isDue ? place.position : null;
    if (known.queue.slots === 0) return { estimate: null, queuePosition };
    const due = Math.max(now, row.dueAt?.getTime() ?? 0);
    const span = endOf(place, isDue ? 0 : (due - known.madeAt) / 1000, work, known.costs);
    return { estimate: estimateAt(known.madeAt, span, due), queuePosition };
  }

  function ofRow(row: EstimatedRow, known: KnownForecast | null): JobEstimate {
    if (isFinalStatus(row.status)) return none;
    if (known !== null) return estimate(row, known);
    return { estimate: row.status === 'RUNNING' ? etaOf(row) : null, queuePosition: null };
  }

  async function readRows(ids: string[]): Promise<StateRow[]> {
    return await context.database.query<StateRow & Record<string, unknown>>(stateRows, [ids]);
  }

  /** The job as it is now: newer than the state, perhaps, and then the better answer. */
  async function lookUp({ jobId }: ProgressState): Promise<JobEstimate> {
    const [row] = await readRows([jobId]);
    return row === undefined ? none : ofRow(row, await current());
  }

  function stateOf(row: StateRow, known: KnownForecast | null): ProgressState {
    const state = progressOf(row);
    if (state.estimate !== undefined) return state;
    const { estimate, queuePosition } = ofRow(row, known);
    // While a job waits, each forecast makes its state a newer one: nobody else counts on from its transition meanwhile.
    const seq = queuePosition === null ? state.seq : (known?.version ?? state.seq);
    return { ...state, seq, estimate, queuePosition };
  }

  return {
    async ofJob(row) {
      return ofRow(row, isFinalStatus(row.status) ? null : await current());
    },
    ofState(state) {
      const { estimate, queuePosition = null } = state;
      if (isFinal(state)) return none;
      if (estimate !== undefined) return { estimate, queuePosition };
      const answer = found.get(state) ?? lookUp(state);
      found.set(state, answer);
      return answer;
    },
    async ofBatches(batchIds) {
      const rows = await context.database.query<StateRow & Record<string, unknown>>(lastOfBatches, [[...batchIds]]);
      const known = rows.length === 0 ? null : await current();
      const ends = new Map<string | null, Estimate | null>();
      for (const row of rows) {
        const { estimate } = ofRow(row, known);
        const last = ends.get(row.batchId);
        // Unknown for one job is unknown for the batch.
        if (last === undefined || (last !== null && (estimate === null || estimate.at > last.at))) {
          ends.set(row.batchId, estimate);
        }
      }
      return batchIds.map((id) => ends.get(id) ?? null);
    },
    async readStates(ids) {
      const rows = await readRows(ids);
      const known = rows.every(({ status }) => isFinalStatus(status)) ? null : await current();
      return rows.map((row) => stateOf(row, known));
    },
    arrived({ tenantId, id }) {
      const at = Date.now();
      // Bounds the arrivals to those of the last seconds, even if no estimate is ever requested.
      if (Math.abs(at - forgottenAt) > staleMs) {
        forgetArrivals(at - staleMs);
        forgottenAt = at;
      }
      const jobs = arrivals.get(tenantId) ?? [];
      jobs.push({ id, at, work: null });
      arrivals.set(tenantId, jobs);
    },
  };
}
