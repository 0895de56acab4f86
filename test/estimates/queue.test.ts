import { describe, expect, it } from 'vitest';
import { Costs, costKeys } from '../../src/estimates/costs.ts';
import type { Span } from '../../src/estimates/estimate.ts';
import { endOf, placeOf } from '../../src/estimates/queue/place.ts';
import { type Forecast, simulateQueue, type WaitingRow } from '../../src/estimates/queue/simulate.ts';

const second: Span = { mean: 1, variance: 0.01 };

/** Rows of a tenant, one millisecond apart. */
function rows(tenant: string, count: number, work: Span = second): WaitingRow[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `${tenant}${index}`,
    claimOrder: index,
    rank: index + 1,
    work,
  }));
}

function play(
  slots: number,
  waiting: Record<string, WaitingRow[]>,
  running: [string, number][] = [],
  limits: Record<string, number> = {},
): Forecast {
  return simulateQueue({
    slots,
    pausedTenants: [],
    limits: new Map(Object.entries(limits)),
    running: running.map(([tenantId, rest]) => ({ tenantId, rest })),
    waiting: new Map(Object.entries(waiting)),
    usual: 1,
  });
}

function place(forecast: Forecast, tenantId: string, index: number, arrived: (number | null)[] = []) {
  return placeOf({ tenantId, id: `${tenantId}${index}`, claimOrder: index, arrived }, forecast);
}

describe('a forecast of the queue', () => {
  it('starts one job per idle slot, and the next when the first ends', () => {
    const forecast = play(2, { a: rows('a', 5) });
    const starts = [0, 1, 2, 3, 4].map((index) => place(forecast, 'a', index).start);
    expect(starts).toEqual([0, 0, 1, 1, 2]);
    expect([0, 1, 2].map((index) => place(forecast, 'a', index).position)).toEqual([1, 2, 3]);
  });

  it('waits for running jobs', () => {
    const forecast = play(2, { a: rows('a', 2) }, [
      ['a', 3],
      ['a', 5],
    ]);
    expect(place(forecast, 'a', 0).start).toBe(3);
    expect(place(forecast, 'a', 1).start).toBe(4);
  });

  it('alternates among tenants, however many jobs one of them has', () => {
    const forecast = play(1, { a: rows('a', 1_000), b: rows('b', 2) });
    expect(place(forecast, 'b', 0).position).toBeLessThanOrEqual(2);
    expect(place(forecast, 'b', 1).position).toBeLessThanOrEqual(4);
    expect(place(forecast, 'a', 999).position).toBe(1_002);
  });

  it('respects the limit of a tenant, alone and beside others', () => {
    const alone = play(8, { a: rows('a', 6) }, [], { a: 2 });
    expect([0, 1, 2, 3, 4, 5].map((index) => place(alone, 'a', index).start)).toEqual([0, 0, 1, 1, 2, 2]);
    const both = play(4, { a: rows('a', 4), b: rows('b', 3) }, [], { a: 1 });
    const starts = [0, 1, 2, 3].map((index) => Math.round(place(both, 'a', index).start));
    expect(starts).toEqual([0, 1, 2, 3]);
    expect([0, 1, 2].map((index) => place(both, 'b', index).start)).toEqual([0, 0, 0]);
    expect(play(4, { a: rows('a', 4) }, [], { a: 0 }).tenants.a).toEqual([]);
  });

  it('gives a tenant with a running job the later turn', () => {
    const forecast = play(2, { a: rows('a', 2), b: rows('b', 2) }, [['a', 10]]);
    expect(place(forecast, 'b', 0).position).toBe(1);
    expect(place(forecast, 'b', 1).position).toBe(2);
  });

  it('has the same positions without a worker', () => {
    const forecast = play(0, { a: rows('a', 3) });
    expect(forecast.slots).toBe(0);
    expect([0, 1, 2].map((index) => place(forecast, 'a', index).position)).toEqual([1, 2, 3]);
  });

  it('interpolates a row between those it knows', () => {
    const all = rows('a', 1_001);
    const forecast = play(1, { a: [...all.slice(0, 10), ...all.slice(1_000)] });
    const { position, start } = place(forecast, 'a', 500);
    expect(position).toBeGreaterThan(450);
    expect(position).toBeLessThan(550);
    expect(start).toBeGreaterThan(450);
    expect(start).toBeLessThan(550);
  });

  it('is less certain of later jobs, depending on the accuracy of past forecasts', () => {
    const forecast = play(2, { a: rows('a', 100) });
    const width = (index: number, costs: Costs) => endOf(place(forecast, 'a', index), 0, second, costs).variance;
    expect(width(90, new Costs())).toBeGreaterThan(width(10, new Costs()));
    const punctual = new Costs([{ ...costKeys.wait(), weight: 30, mean: 0, variance: 0.0001 }]);
    expect(width(90, punctual)).toBeLessThan(width(90, new Costs()));
  });

  it('corrects its bias by past forecasts, least of all for short waits', () => {
    const forecast = play(2, { a: rows('a', 100) });
    const end = (index: number, mean: number) =>
      endOf(place(forecast, 'a', index), 0, second, new Costs([{ ...costKeys.wait(), weight: 30, mean, variance: 0 }]));
    const forecasted = end(50, 0).mean;
    expect(end(50, -0.5).mean).toBeLessThan(0.8 * forecasted);
    expect(end(50, 0.5).mean).toBeGreaterThan(1.25 * forecasted);
    expect(end(1, -0.5).mean).toBeGreaterThan(0.5 * end(1, 0).mean);
  });

  it('appends later arrivals in their order', () => {
    const forecast = play(2, { a: rows('a', 4) });
    const first = place(forecast, 'a', 10);
    const second = place(forecast, 'a', 11, [6]);
    const third = place(forecast, 'a', 12, [6, null]);
    expect([first, second, third].map(({ position }) => position)).toEqual([5, 6, 7]);
    expect(first.start).toBe(2);
    expect(second.start).toBeGreaterThan(first.start);
    expect(third.start).toBeGreaterThan(second.start);
  });

  it('puts the first job of another tenant before the crowd', () => {
    const forecast = play(2, { a: rows('a', 500) }, [['a', 1]]);
    expect(place(forecast, 'b', 501).position).toBeLessThanOrEqual(3);
  });

  it('starts new jobs at once if the queue is empty and slots are idle', () => {
    const forecast = play(2, {});
    expect(place(forecast, 'a', 0)).toMatchObject({ position: 1, start: 0 });
    expect(place(forecast, 'a', 1, [1]).start).toBeLessThan(1);
    expect(place(forecast, 'a', 2, [1, 1]).start).toBe(1);
  });
});
