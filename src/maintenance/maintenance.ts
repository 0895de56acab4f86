import type { Database } from '../connections/database.ts';
import { markOf } from '../fleet/vitals.ts';
import { newUuid } from '../ids.ts';
import type { Logger } from '../ops/logger.ts';
import type { Actor } from './actor.ts';

/** Leadership only saves work, so it may be short: another process takes over within this time. */
const leaseSeconds = 5;
const tickMs = 1_000;
/** No answer for this long is an outage, or this process was frozen; by the database's clock, it was set, or the machine slept. */
const pauseMs = 3 * tickMs;
/** Minimum time in which an actor should succeed again, in seconds. */
const fewestMarkSeconds = 15;

/**
 * Takes or renews leases, and with them the marks that show which actors succeed: health reads them. Rows are locked in the
 * order of their names, because two processes may ask at once.
 * $1 actors, $2 this process, $3 seconds that a lease holds, $4 actors that succeeded, or begin, $5 seconds until each of them
 * should have succeeded again
 */
const takeLeases = `
WITH settings AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)),
taken AS (
    INSERT INTO leases AS l (name, holder, expires_at)
    SELECT name, $2, now() + $3 * interval '1 second' FROM settings, unnest($1::text[]) AS name ORDER BY name
    ON CONFLICT (name) DO UPDATE SET holder = EXCLUDED.holder, expires_at = EXCLUDED.expires_at
     WHERE l.holder = EXCLUDED.holder OR l.expires_at < now()
    RETURNING name
), marked AS (
    INSERT INTO leases (name, holder, expires_at)
    SELECT ${markOf('taken.name')}, $2, now() + done.seconds * interval '1 second'
      FROM taken JOIN unnest($4::text[], $5::float8[]) AS done(name, seconds) USING (name) ORDER BY name
    ON CONFLICT (name) DO UPDATE SET holder = EXCLUDED.holder, expires_at = EXCLUDED.expires_at
)
SELECT ARRAY(SELECT name FROM taken) AS held, now() AS at`;

/**
 * Runs the actors, each at its interval, in the one process that leads it: once a second a process asks for the leases of
 * all actors that do not work just now. So a process that dies, freezes or is cut off loses its leases, and so does a single
 * actor that hangs; another process goes on within seconds. Two may overlap then, which actors have to bear anyway.
 * Dispose waits for those at work.
 */
export function startMaintenance(context: { database: Database; logger: Logger }, actors: Actor[]): AsyncDisposable {
  const { database, logger } = context;
  const holder = newUuid();
  const working = new Map<string, Promise<void>>();
  /** Actors that succeeded since the last answer of the database; at first all, which have yet to begin. */
  const succeeded = new Set(actors.map(({ name }) => name));
  const dueAt = new Map<string, number>();
  /** By two clocks, of this process and of the database. */
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
      marked.map(({ everyMs }) => Math.max(fewestMarkSeconds, (3 * everyMs) / 1_000)),
    ]);
    if (leases === undefined) throw new Error('a statement that always has one row had none');
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
    // Half a tick early rather than a whole one late.
    dueAt.set(actor.name, now + actor.everyMs - tickMs / 2);
    const work = actor
      .runOnce(now - answeringSince)
      .then(() => void succeeded.add(actor.name))
      .catch((error) => logger.warn({ err: error, actor: actor.name }, 'an actor failed; it goes on at its next turn'))
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
