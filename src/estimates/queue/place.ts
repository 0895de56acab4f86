import type { Costs } from '../costs.ts';
import type { Span } from '../estimate.ts';
import { type Forecast, maxClaims, type Point } from './simulate.ts';

/** The place of a row: its position in the queue, and when it starts, in seconds after the forecast. */
export interface Place {
  position: number;
  start: number;
}

/** Returns when a job at this place is done, in seconds after the forecast. */
export function secondsTo({ start }: Place, work: Span): number {
  return start + work.mean;
}

/**
 * Returns when a job at this place that may not start before `due` is done, in seconds after the forecast. Corrected by
 * the learned error of waits. Its uncertainty is that of waits, but at least that of its own work.
 */
export function endOf(place: Place, due: number, work: Span, costs: Costs): Span {
  const seconds = secondsTo(place, work);
  const { factor, spread } = costs.wait(seconds);
  return {
    mean: Math.max(factor * place.start, due) + factor * work.mean,
    variance: Math.max(work.variance, (spread * factor * seconds) ** 2),
  };
}

/** A row to be placed. */
export interface ToPlace {
  tenantId: string;
  id: string;
  claimOrder: number;
  /** Seconds of work of the tenant's rows between the forecast and this one; null if unknown to this process. */
  arrived: (number | null)[];
}

/** Finds a waiting row's place in a forecast: between the neighbouring points, or after the last. */
export function placeOf({ tenantId, id, claimOrder, arrived }: ToPlace, forecast: Forecast): Place {
  const points = forecast.tenants[tenantId] ?? [];
  const after = points.findIndex((point) => point[0] > claimOrder || (point[0] === claimOrder && point[1] >= id));
  const next = points[after];
  if (next !== undefined) return between(points[after - 1], next, id, claimOrder);
  const [first, last] = [points[0], points.at(-1)];
  if (first !== undefined && last !== undefined && arrived.length === 0 && last[2] > 0.9 * maxClaims) {
    return farBehind(first, last, claimOrder);
  }
  return behind(last, arrived, forecast);
}

function between(before: Point | undefined, next: Point, id: string, claimOrder: number): Place {
  // Before the first: it was added later with a higher priority. The same row: exact.
  if (before === undefined || next[1] === id) return { position: next[2], start: next[3] };
  const width = next[0] - before[0];
  const share = width > 0 ? (claimOrder - before[0]) / width : 0.5;
  const mix = (a: number, b: number) => a + (b - a) * share;
  return { position: Math.round(mix(before[2], next[2])), start: mix(before[3], next[3]) };
}

/** Extrapolates linearly, because the queue was too long to simulate to its end. */
function farBehind(first: Point, last: Point, claimOrder: number): Place {
  const width = last[0] - first[0];
  const ratio = width > 0 ? Math.max(1, (claimOrder - first[0]) / width) : 1;
  return { position: Math.round(last[2] * ratio), start: last[3] * ratio };
}

/**
 * Places a row newer than the forecast: after its tenant's last row or at a newcomer's place, and after earlier
 * arrivals.
 */
function behind(last: Point | undefined, arrived: (number | null)[], forecast: Forecast): Place {
  const { slots, service, free, newcomer, tenants } = forecast;
  const capacity = Math.max(1, slots);
  const rivals = Object.keys(tenants).length;
  const work = arrived.reduce<number>((sum, seconds) => sum + (seconds ?? service), 0);
  const position = (last === undefined ? newcomer[0] : last[2] + 1) + arrived.length;
  const alone = rivals === 0 || (rivals === 1 && last !== undefined);
  if (alone) return { position, start: levelOf(free, (work * free.length) / capacity) };
  // Tenants take turns, so each has its share of the slots.
  const start = last === undefined ? newcomer[1] : last[3] + (service * rivals) / capacity;
  return { position, start: start + (work * rivals) / capacity };
}

/** Returns when slots that become free at these times, in order, have shared and completed the work. */
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
