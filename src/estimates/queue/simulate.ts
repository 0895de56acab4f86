import type { Span } from '../estimate.ts';
import { TimeHeap } from './slots.ts';

/** A waiting row, or a sample of several rows, with its rank among the rows of its tenant. */
export interface WaitingRow {
  id: string;
  /** In milliseconds since 1970. */
  claimOrder: number;
  /** 1 for the tenant's first row; rows between two known ranks are assumed to be similar. */
  rank: number;
  /** The expected work of its attempt. */
  work: Span;
}

export interface Queue {
  /** The slots of live workers that take jobs. */
  slots: number;
  /** Tenants whose queue is paused. Their rows are not among the waiting ones. */
  pausedTenants: string[];
  /** The running jobs, and in how many seconds each ends. */
  running: { tenantId: string; rest: number }[];
  /** The rows of each tenant in claim order. */
  waiting: Map<string, WaitingRow[]>;
  /** The maximum running jobs of tenants that have a limit. */
  limits: Map<string, number>;
  /** The usual duration of an attempt, for unknown rows. */
  usual: number;
}

export type Point = [claimOrder: number, id: string, position: number, start: number];

/** A simulation of the queue without new jobs. Any API process can place any waiting job in it. */
export interface Forecast {
  /** 0 without a worker that takes jobs: then there are positions, but no times. */
  slots: number;
  /** Tenants whose queue is paused: their rows have neither positions nor times. */
  pausedTenants: string[];
  /** The average duration of an attempt in seconds. */
  service: number;
  /** When the first slots become free after all waiting jobs have started. */
  free: number[];
  /** The place of the first job of a tenant without waiting jobs. */
  newcomer: [position: number, start: number];
  tenants: Record<string, Point[]>;
}

/** The number of claims to simulate; places beyond are extrapolated. */
export const maxClaims = 20_000;
const maxFree = 64;

/**
 * Simulates `claim_jobs`: whenever a slot becomes free, it goes to the first row of the tenant with the fewest running
 * jobs. The cost is proportional to the number of claims times the number of waiting tenants.
 */
export function simulateQueue({ slots, pausedTenants, running, waiting, limits, usual }: Queue): Forecast {
  const busy = running.map(({ tenantId, rest }) => ({ at: rest, tenantId })).sort((a, b) => a.at - b.at);
  // Without a worker, the order is the same as with one slot. Ignore slots that no tenant may use.
  const usable = [...waiting.keys()].reduce((sum, tenantId) => sum + (limits.get(tenantId) ?? slots), busy.length);
  const simulated = Math.max(1, Math.min(slots, usable));
  const used = busy.slice(0, simulated);
  const free = Array.from({ length: simulated - used.length }, () => ({ at: 0, tenantId: '' }));
  const heap = new TimeHeap([...free, ...used]);
  const counts = new Map<string, number>();
  for (const { tenantId } of used) counts.set(tenantId, (counts.get(tenantId) ?? 0) + 1);
  const queues = [...waiting].map(([tenantId, rows]) => new TenantQueue(tenantId, rows));
  const service = meanOf(queues.flatMap(({ known }) => known)) ?? usual;

  let position = 0;
  let newcomer: Forecast['newcomer'] | null = null;
  for (let step = 0; step < maxClaims; step += 1) {
    const { at, tenantId } = heap.first;
    if (tenantId !== '') counts.set(tenantId, (counts.get(tenantId) ?? 1) - 1);
    heap.first.tenantId = '';
    const next = nextTenant(queues, counts, limits);
    const claims = next === null ? 0 : (counts.get(next.tenantId) ?? 0) + 1;
    // At the latest at the end of a round: its place in the round is not known.
    if (newcomer === null && (claims !== 1 || next?.servedAt !== 0)) newcomer = [position + 1, round(at)];
    if (next === null) {
      const release = queues.some(({ head }) => head !== undefined) ? heap.nextRelease() : null;
      if (release === null) break;
      // All waiting tenants are at their limits: the slot is idle until a job ends.
      heap.replaceFirst({ at: Math.max(at, release) + 0.001, tenantId: '' });
      continue;
    }
    position += 1;
    const work = next.claim(position, at) ?? service;
    counts.set(next.tenantId, claims);
    heap.replaceFirst({ at: at + work, tenantId: next.tenantId });
  }
  return {
    slots,
    pausedTenants,
    service: round(service),
    free: heap.times(maxFree).map(round),
    newcomer: newcomer ?? [position + 1, round(heap.first.at)],
    tenants: Object.fromEntries(queues.map(({ tenantId, points }) => [tenantId, points])),
  };
}

/** The rows of a tenant, claimed one by one. */
class TenantQueue {
  readonly tenantId: string;
  readonly known: number[];
  readonly points: Point[] = [];
  /** The position of the last claim; 0 before the first. */
  servedAt = 0;
  readonly #rows: WaitingRow[];
  #next = 0;
  #claimed = 0;

  constructor(tenantId: string, rows: WaitingRow[]) {
    this.tenantId = tenantId;
    this.#rows = rows;
    this.known = rows.map(({ work }) => work.mean);
  }

  /** The next known row: the first in line, or a later one. */
  get head(): WaitingRow | undefined {
    return this.#rows[this.#next];
  }

  /** Claims the first in line; returns its work if it is known. */
  claim(position: number, start: number): number | null {
    this.#claimed += 1;
    this.servedAt = position;
    const row = this.head;
    if (row === undefined || row.rank > this.#claimed) return null;
    this.points.push([row.claimOrder, row.id, position, round(start)]);
    this.#next += 1;
    return row.work.mean;
  }
}

/**
 * Chooses like `claim_jobs`: by the tenants' running jobs, then in turn. Only `claim_jobs` knows the order of turns;
 * any fixed order differs from it by less than a round.
 */
function nextTenant(
  queues: TenantQueue[],
  counts: Map<string, number>,
  limits: Map<string, number>,
): TenantQueue | null {
  let best: TenantQueue | null = null;
  let bestCount = 0;
  for (const queue of queues) {
    const { head } = queue;
    if (head === undefined) continue;
    const count = counts.get(queue.tenantId) ?? 0;
    if (count >= (limits.get(queue.tenantId) ?? Number.POSITIVE_INFINITY)) continue;
    if (best === null || count < bestCount || (count === bestCount && queue.servedAt < best.servedAt)) {
      best = queue;
      bestCount = count;
    }
  }
  return best;
}

function meanOf(numbers: number[]): number | null {
  return numbers.length === 0 ? null : numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}

function round(seconds: number): number {
  return Number(seconds.toPrecision(4));
}
