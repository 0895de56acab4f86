import type { Database } from '../../connections/database.ts';
import { workerSilenceSeconds } from '../../fleet/workers.ts';
import { Costs, costKeys, type LearnedCost } from '../costs.ts';
import { expectStages, type Span, totalOf, type WorkRow, workFacts } from '../estimate.ts';
import { readCosts } from '../learner.ts';
import { limitsOf, runningRows, slotsNow, storeForecast, waitingRows } from '../sql/queue.ts';
import { type Forecast, type Queue, simulateQueue, type WaitingRow } from './simulate.ts';

/** Maximum tenants with a forecast. */
const maxTenants = 200;
/** Maximum waiting rows to count, of all tenants together. */
const maxRows = 20_000;
/**
 * Number of rows at the heads of the queues that are all read, of all tenants together. Behind them the sample is
 * sparser.
 */
const maxHeads = 1_000;

export interface Waiting extends WorkRow {
  tenantId: string;
  id: string;
  claimOrder: number;
  /** 0 for a row that became due: its rank follows from its order. */
  rank: number;
}

export interface Slots {
  takenAt: Date;
  slots: number;
  pausedTenants: string[];
}

export interface Running extends WorkRow {
  tenantId: string;
  seconds: number;
  left: number | null;
}

/**
 * Reads the queue, the fleet and the running jobs in four statements, whose cost does not grow with the number of jobs.
 */
async function readQueue({ database }: { database: Database }, costs: Costs): Promise<{ takenAt: Date; queue: Queue }> {
  const [fleet] = await database.query<Slots & Record<string, unknown>>(slotsNow, [workerSilenceSeconds]);
  if (fleet === undefined) throw new Error('a statement that must return one row returned none');
  const running = await database.query<Running & Record<string, unknown>>(runningRows, []);
  const rows = await database.query<Waiting & Record<string, unknown>>(waitingRows, [maxTenants, maxRows, maxHeads]);
  const workOf = (row: WorkRow) => totalOf(expectStages(workFacts(row), costs));
  const waiting = new Map<string, WaitingRow[]>();
  const due = new Map<string, number>();
  for (const { tenantId, id, claimOrder, rank, ...row } of rows) {
    const tenant = waiting.get(tenantId) ?? [];
    waiting.set(tenantId, tenant);
    // A row that became due is among the others: those behind it move back by one.
    if (rank === 0) due.set(tenantId, (due.get(tenantId) ?? 0) + 1);
    const before = tenant.at(-1)?.rank ?? 0;
    tenant.push({
      id,
      claimOrder,
      rank: rank === 0 ? before + 1 : rank + (due.get(tenantId) ?? 0),
      work: workOf(row),
    });
  }
  const limits = await database.query<{ id: string; most: number }>(limitsOf, [[...waiting.keys()]]);
  const queue = {
    limits: new Map(limits.map(({ id, most }) => [id, most])),
    slots: fleet.slots,
    pausedTenants: fleet.pausedTenants,
    running: running.map((row) => ({ tenantId: row.tenantId, rest: restOf(row, workOf) })),
    waiting,
    usual: costs.of(costKeys.service()).mean,
  };
  return { takenAt: fleet.takenAt, queue };
}

/**
 * Returns the remaining seconds of a running job: the estimate of its worker, or the expected duration minus the time
 * passed.
 */
function restOf(row: Running, workOf: (row: WorkRow) => Span): number {
  if (row.left !== null) return Math.max(0, row.left);
  const { mean } = workOf(row);
  return Math.max(mean - row.seconds, mean / 10);
}

/** The content of the row of the forecast. */
interface Stored {
  queue: Forecast;
  costs: LearnedCost[];
}

/** A forecast with its inputs. */
export interface Made {
  takenAt: Date;
  queue: Queue;
  forecast: Forecast;
  costs: Costs;
}

/** Makes a forecast and stores it for the API processes. */
export async function makeForecast(context: { database: Database }): Promise<Made> {
  const learned = await readCosts(context);
  const costs = new Costs(learned);
  const { takenAt, queue } = await readQueue(context, costs);
  const forecast = simulateQueue(queue);
  const stored: Stored = { queue: forecast, costs: learned };
  await context.database.query(storeForecast, [takenAt, JSON.stringify(stored)]);
  return { takenAt, queue, forecast, costs };
}

/** A forecast that an API process has read. */
export interface KnownForecast {
  /** Increases when the forecast differs from the previous one. */
  version: number;
  queue: Forecast;
  costs: Costs;
  /** Time of the forecast, in milliseconds by this process's clock. */
  madeAt: number;
}

/** Reads the newest forecast; null before the first one. */
export async function readForecast(context: { database: Database }): Promise<KnownForecast | null> {
  const [row] = await context.database.query<{ version: number; age: number; data: Stored }>(
    `SELECT version, extract(epoch FROM clock_timestamp() - taken_at)::float8 AS age, data FROM forecast WHERE id = 1`,
    [],
  );
  if (row === undefined) return null;
  const { costs } = row.data;
  // An earlier version, which leads maintenance during an upgrade, knows no paused tenants.
  const queue = { ...row.data.queue, pausedTenants: row.data.queue.pausedTenants ?? [] };
  return { version: row.version, queue, costs: new Costs(costs), madeAt: Date.now() - row.age * 1000 };
}
