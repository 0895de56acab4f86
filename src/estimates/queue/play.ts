import type { Costs } from '../costs.ts';
import type { Span } from '../estimate.ts';
import { TimeHeap } from './slots.ts';

/** A waiting row, or one of a stretch of rows, by where it stands among its tenant's. */
export interface WaitingRow {
  id: string;
  /** Milliseconds. */
  claimOrder: number;
  /** 1 for the tenant's first; rows between two ranks are like those that are known. */
  rank: number;
  /** What its attempt will take. */
  work: Span;
}

export interface Queue {
  /** Of living workers. */
  slots: number;
  /** And in how many seconds they are free. */
  running: { tenantId: string; rest: number }[];
  /** By tenant, in the order in which its rows are claimed. */
  waiting: Map<string, WaitingRow[]>;
  /** How many of a tenant's jobs may run at once; of those that have a limit. */
  limits: Map<string, number>;
  /** What an attempt usually takes, for rows of which nothing is known. */
  usual: number;
}

/** Where a row stands: how many are claimed before it in all, and when it starts, in seconds from the forecast on. */
export interface Place {
  position: number;
  start: number;
}

export type Point = [claimOrder: number, id: string, position: number, start: number];

/** How the queue will go on if nothing comes to it: what every API process needs to place any waiting job. */
export interface Forecast {
  /** 0 without a living worker: then there are places, but no times. */
  slots: number;
  /** Seconds that an attempt takes on average. */
  service: number;
  /** When the slots are free once all that waits has started, the first few of them. */
  free: number[];
  /** Where the first job of a tenant that has none would come in. */
  newcomer: [position: number, start: number];
  tenants: Record<string, Point[]>;
}

/** Claims that are played through; what is behind is extrapolated. */
const mostClaims = 20_000;
const mostFree = 64;

/**
 * Plays through how `claim_jobs` would go on: whenever a slot becomes free, the tenant that would then have the fewest
 * running gets it for its first row. Costs the number of claims times that of waiting tenants, whatever waits.
 */
export function playQueue({ slots, running, waiting, limits, usual }: Queue): Forecast {
  const busy = running.map(({ tenantId, rest }) => ({ at: rest, tenantId })).sort((a, b) => a.at - b.at);
  // Without a worker the order is the same as with one slot. Slots that no tenant may use are none.
  const usable = [...waiting.keys()].reduce((sum, tenantId) => sum + (limits.get(tenantId) ?? slots), busy.length);
  const played = Math.max(1, Math.min(slots, usable));
  const used = busy.slice(0, played);
  const free = Array.from({ length: played - used.length }, () => ({ at: 0, tenantId: '' }));
  const heap = new TimeHeap([...free, ...used]);
  const counts = new Map<string, number>();
  for (const { tenantId } of used) counts.set(tenantId, (counts.get(tenantId) ?? 0) + 1);
  const queues = [...waiting].map(([tenantId, rows]) => new TenantQueue(tenantId, rows));
  const service = meanOf(queues.flatMap(({ known }) => known)) ?? usual;

  let position = 0;
  let newcomer: Forecast['newcomer'] | null = null;
  for (let step = 0; step < mostClaims; step += 1) {
    const { at, tenantId } = heap.first;
    if (tenantId !== '') counts.set(tenantId, (counts.get(tenantId) ?? 1) - 1);
    heap.first.tenantId = '';
    const next = nextTenant(queues, counts, limits);
    const claims = next === null ? 0 : (counts.get(next.tenantId) ?? 0) + 1;
    // At the latest when a turn is over: where in the circle it will stand is not known.
    if (newcomer === null && (claims !== 1 || next?.servedAt !== 0)) newcomer = [position + 1, round(at)];
    if (next === null) {
      const release = queues.some(({ head }) => head !== undefined) ? heap.nextRelease() : null;
      if (release === null) break;
      // All that wait are at their limits: the slot is idle until a job ends.
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
    service: round(service),
    free: heap.times(mostFree).map(round),
    newcomer: newcomer ?? [position + 1, round(heap.first.at)],
    tenants: Object.fromEntries(queues.map(({ tenantId, points }) => [tenantId, points])),
  };
}

/** A tenant's rows as they are claimed one after the other. */
class TenantQueue {
  readonly tenantId: string;
  readonly known: number[];
  readonly points: Point[] = [];
  /** The position of its last claim; 0 before the first. */
  servedAt = 0;
  readonly #rows: WaitingRow[];
  #next = 0;
  #claimed = 0;

  constructor(tenantId: string, rows: WaitingRow[]) {
    this.tenantId = tenantId;
    this.#rows = rows;
    this.known = rows.map(({ work }) => work.mean);
  }

  /** The row that is known next: itself the first in line, or one behind it. */
  get head(): WaitingRow | undefined {
    return this.#rows[this.#next];
  }

  /** Takes the first in line; answers its work if it is known. */
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
 * As `claim_jobs` chooses: by how many the tenant would have running, then in turn. In which order tenants take turns it
 * alone knows; any fixed one differs from it by less than a turn.
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

/** In how many seconds from the forecast on a job at this place is done, if the forecast comes true. */
export function secondsTo({ start }: Place, work: Span): number {
  return start + work.mean;
}

/**
 * When a job at this place is done that may not start before `due`, in seconds from the forecast on: the earlier or later as
 * waits turned out to be, and as uncertain, its own work at least.
 */
export function endOf(place: Place, due: number, work: Span, costs: Costs): Span {
  const seconds = secondsTo(place, work);
  const { factor, spread } = costs.wait(seconds);
  return {
    mean: Math.max(factor * place.start, due) + factor * work.mean,
    variance: Math.max(work.variance, (spread * factor * seconds) ** 2),
  };
}

/** A row that is to be placed. */
export interface ToPlace {
  tenantId: string;
  id: string;
  claimOrder: number;
  /** Seconds that its tenant's other rows take that came after the forecast and before it; null where this process does not know. */
  arrived: (number | null)[];
}

/** Finds a waiting row's place in a forecast: between the two points around it, or behind the last. */
export function placeOf({ tenantId, id, claimOrder, arrived }: ToPlace, forecast: Forecast): Place {
  const points = forecast.tenants[tenantId] ?? [];
  const after = points.findIndex((point) => point[0] > claimOrder || (point[0] === claimOrder && point[1] >= id));
  const next = points[after];
  if (next !== undefined) return between(points[after - 1], next, id, claimOrder);
  const [first, last] = [points[0], points.at(-1)];
  if (first !== undefined && last !== undefined && arrived.length === 0 && last[2] > 0.9 * mostClaims) {
    return farBehind(first, last, claimOrder);
  }
  return behind(last, arrived, forecast);
}

function between(before: Point | undefined, next: Point, id: string, claimOrder: number): Place {
  // Before the first: it came later with a higher priority. The very one: exact.
  if (before === undefined || next[1] === id) return { position: next[2], start: next[3] };
  const width = next[0] - before[0];
  const share = width > 0 ? (claimOrder - before[0]) / width : 0.5;
  const mix = (a: number, b: number) => a + (b - a) * share;
  return { position: Math.round(mix(before[2], next[2])), start: mix(before[3], next[3]) };
}

/** So long a queue was not played to its end: it goes on as it began. */
function farBehind(first: Point, last: Point, claimOrder: number): Place {
  const width = last[0] - first[0];
  const ratio = width > 0 ? Math.max(1, (claimOrder - first[0]) / width) : 1;
  return { position: Math.round(last[2] * ratio), start: last[3] * ratio };
}

/** What came after the forecast: behind its tenant's last row, or where a newcomer comes in, and behind what came before it. */
function behind(last: Point | undefined, arrived: (number | null)[], forecast: Forecast): Place {
  const { slots, service, free, newcomer, tenants } = forecast;
  const capacity = Math.max(1, slots);
  const rivals = Object.keys(tenants).length;
  const work = arrived.reduce<number>((sum, seconds) => sum + (seconds ?? service), 0);
  const position = (last === undefined ? newcomer[0] : last[2] + 1) + arrived.length;
  const alone = rivals === 0 || (rivals === 1 && last !== undefined);
  if (alone) return { position, start: levelOf(free, (work * free.length) / capacity) };
  // Tenants take turns: of the slots it has its share.
  const start = last === undefined ? newcomer[1] : last[3] + (service * rivals) / capacity;
  return { position, start: start + (work * rivals) / capacity };
}

/** How high work stands when it is poured over slots that are free at these times, in order. */
function levelOf(free: number[], work: number): number {
  let sum = 0;
  for (const [index, at] of free.entries()) {
    sum += at;
    const level = (sum + work) / (index + 1);
    const next = free[index + 1];
    if (next === undefined || level <= next) return level;
  }
  return 0;
}
