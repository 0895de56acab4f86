import type { Database } from '../connections/database.ts';
import { newUuid } from '../ids.ts';
import type { Logger } from '../ops/logger.ts';
import type { Actor } from './actor.ts';
import { takeLeases } from './sql/take-leases.ts';

/**
 * Duration of a lease, in seconds. Another process takes over within this time. Leadership only saves duplicate work.
 */
const leaseSeconds = 5;
const tickMs = 1_000;
/** Time without a response, by either clock, that counts as a pause: an outage, a frozen process, a clock change. */
const pauseMs = 3 * tickMs;
/** Minimum time in which an actor should succeed again, in seconds. */
const minMarkSeconds = 15;

/**
 * Runs each actor at its interval in the process that holds its lease. Once a second a process requests the leases of
 * its idle actors. So a process that dies, freezes or is disconnected loses its leases, as does a single actor that
 * hangs, and another process continues within seconds. Two runs of an actor can overlap then, which actors must
 * tolerate. Dispose waits for running actors.
 */
export function startMaintenance(context: { database: Database; logger: Logger }, actors: Actor[]): AsyncDisposable {
  const { database, logger } = context;
  const holder = newUuid();
  const working = new Map<string, Promise<void>>();
  /** Actors that succeeded since the last answer of the database; initially all, because none has run yet. */
  const succeeded = new Set(actors.map(({ name }) => name));
  const dueAt = new Map<string, number>();
  /** By the clocks of this process and of the database. */
  let answeredAt = { here: Number.NEGATIVE_INFINITY, there: Number.NEGATIVE_INFINITY };
  let answeringSince = 0;

  async function lead(): Promise<void> {
    const idle = actors.filter((actor) => !working.has(actor.name));
    const names = idle.map((actor) => actor.name);
    const marked = idle.filter(({ name }) => succeeded.has(name));
    for (const { name } of marked) succeeded.delete(name);
    const [leases] = await database.query<{ held: string[]; at: Date }>(takeLeases, [
      names,
      holder,
      leaseSeconds,
      marked.map(({ name }) => name),
      marked.map(({ everyMs }) => Math.max(minMarkSeconds, (3 * everyMs) / 1_000)),
    ]);
    if (leases === undefined) throw new Error('a statement that must return one row returned none');
    const now = performance.now();
    const there = leases.at.getTime();
    if (Math.max(now - answeredAt.here, there - answeredAt.there) > pauseMs) answeringSince = now;
    answeredAt = { here: now, there };
    const mine = new Set(leases.held);
    for (const actor of idle) {
      if (mine.has(actor.name) && now >= (dueAt.get(actor.name) ?? 0)) run(actor, now);
    }
  }

  function run(actor: Actor, now: number): void {
    // Half a tick early is better than a whole tick late.
    dueAt.set(actor.name, now + actor.everyMs - tickMs / 2);
    const work = actor
      .runOnce(now - answeringSince)
      .then(() => void succeeded.add(actor.name))
      .catch((error) =>
        logger.warn({ err: error, actor: actor.name }, 'an actor failed; it runs again at its next interval'),
      )
      .finally(() => working.delete(actor.name));
    working.set(actor.name, work);
  }

  let leading: Promise<void> | null = null;
  const tick = () => {
    leading ??= lead()
      .catch((error) => logger.warn({ err: error }, 'maintenance could not reach the database; trying again'))
      .finally(() => {
        leading = null;
      });
  };
  const timer = setInterval(tick, tickMs);
  tick();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await leading;
      await Promise.all(working.values());
      await database.query('DELETE FROM leases WHERE holder = $1', [holder]).catch(() => {});
    },
  };
}
