import type { Database } from '../connections/database.ts';
import { etaOf, isFinalStatus, type Job, progressOf } from '../job-row/job.ts';
import type { Logger } from '../ops/logger.ts';
import { type Estimate, isFinal, type ProgressState } from '../progress/state.ts';
import { estimateAt, expectStages, totalOf, type WorkRow, workFacts } from './estimate.ts';
import { type KnownForecast, readForecast } from './queue/forecast.ts';
import { endOf, placeOf } from './queue/place.ts';
import { lastOfBatches, stateRows } from './sql/estimated-jobs.ts';

/** The expected end of a job and its position in the queue; null if inapplicable or unknown. */
export interface JobEstimate {
  estimate: Estimate | null;
  queuePosition: number | null;
}

/** Columns that determine the estimate of a job. */
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
  /** Returns the estimate in the state, or looks it up, once for all callers with the same state object. */
  ofState(state: ProgressState): JobEstimate | Promise<JobEstimate>;
  /** Returns the expected end of the last job of each batch; null if unknown. */
  ofBatches(batchIds: readonly string[]): Promise<(Estimate | null)[]>;
  /** Returns the current states of the jobs that exist, with the current estimates of waiting ones. */
  readStates(ids: string[]): Promise<ProgressState[]>;
  /** Records an accepted job: it is ahead of later ones before the next forecast knows of it. */
  arrived(job: Pick<Job, 'tenantId' | 'id'>): void;
}

/** Minimum interval between two reads of the forecast, in milliseconds. */
const freshMs = 1_000;
/** Maximum age of a forecast, in milliseconds. */
const staleMs = 15_000;
const none: JobEstimate = { estimate: null, queuePosition: null };

interface Arrival {
  id: string;
  at: number;
  /** Expected duration in seconds; null until an estimate was requested. */
  work: number | null;
}

export type StateRow = EstimatedRow & Job;

/**
 * Creates the estimates of a process. The estimate of a running job comes from its worker. A waiting job is placed in
 * the newest forecast, which the process reads at most once a second.
 */
export function createEstimates(context: { database: Database }, logger: Logger): Estimates {
  let forecast: KnownForecast | null = null;
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | null = null;
  const found = new WeakMap<ProgressState, Promise<JobEstimate>>();
  /** By tenant: jobs accepted here since the forecast, in the order of ids. */
  const arrivals = new Map<string, Arrival[]>();
  let prunedAt = 0;

  async function read(): Promise<void> {
    readAt = performance.now();
    try {
      forecast = (await readForecast(context)) ?? forecast;
      removeArrivals(forecast?.madeAt ?? 0);
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

  function removeArrivals(before: number): void {
    for (const [tenantId, jobs] of arrivals) {
      const left = jobs.filter(({ at }) => at >= before);
      if (left.length === 0) arrivals.delete(tenantId);
      else arrivals.set(tenantId, left);
    }
  }

  /** Returns the durations of the arrivals before this row, and records that of the row for later ones. */
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
    if (known.queue.pausedTenants.includes(row.tenantId)) return none;
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

  /**
   * Returns the estimate of the job's current row, which may be newer than the state. The state may come from Redis, so
   * the row decides whose job it is.
   */
  async function lookUp({ jobId, tenantId }: ProgressState): Promise<JobEstimate> {
    const [row] = await readRows([jobId]);
    return row?.tenantId === tenantId ? ofRow(row, await current()) : none;
  }

  function stateOf(row: StateRow, known: KnownForecast | null): ProgressState {
    const state = progressOf(row);
    if (state.estimate !== undefined) return state;
    const { estimate, queuePosition } = ofRow(row, known);
    // While a job waits, each forecast makes a newer state. No worker increments the number meanwhile.
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
        // If the end of one job is unknown, so is that of the batch.
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
      if (Math.abs(at - prunedAt) > staleMs) {
        removeArrivals(at - staleMs);
        prunedAt = at;
      }
      const jobs = arrivals.get(tenantId) ?? [];
      jobs.push({ id, at, work: null });
      arrivals.set(tenantId, jobs);
    },
  };
}
