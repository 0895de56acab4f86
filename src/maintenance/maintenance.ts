import type { Database } from '../connections/database.ts';
import { newUuid } from '../ids.ts';
import type { Logger } from '../ops/logger.ts';
import type { Actor } from './actor.ts';

/** Leadership only saves work, so it may be short: another process takes over within this time. */
const leaseSeconds = 5;

const takeLease = `
INSERT INTO leases AS l (name, holder, expires_at) VALUES ($1, $2, now() + $3 * interval '1 second')
ON CONFLICT (name) DO UPDATE SET holder = EXCLUDED.holder, expires_at = EXCLUDED.expires_at
 WHERE l.holder = EXCLUDED.holder OR l.expires_at < now()
RETURNING 1 AS held`;

/** Runs the actors, each at its interval, in the one process that leads. Dispose waits for those at work. */
export function startMaintenance(context: { database: Database; logger: Logger }, actors: Actor[]): AsyncDisposable {
  const { database, logger } = context;
  const holder = newUuid();
  const working = new Map<string, Promise<void>>();

  async function lead(actor: Actor): Promise<void> {
    const held = await database.query(takeLease, [
      actor.name,
      holder,
      Math.max(leaseSeconds, (2 * actor.everyMs) / 1000),
    ]);
    if (held.length > 0) await actor.runOnce();
  }

  function tick(actor: Actor): void {
    // One that takes longer than its interval is not started twice.
    if (working.has(actor.name)) return;
    const work = lead(actor)
      .catch((error) => logger.warn({ err: error, actor: actor.name }, 'an actor failed; it goes on at its next turn'))
      .finally(() => working.delete(actor.name));
    working.set(actor.name, work);
  }

  const timers = actors.map((actor) => setInterval(() => tick(actor), actor.everyMs));
  for (const actor of actors) tick(actor);
  return {
    async [Symbol.asyncDispose]() {
      for (const timer of timers) clearInterval(timer);
      await Promise.all(working.values());
      await database.query('DELETE FROM leases WHERE holder = $1', [holder]).catch(() => {});
    },
  };
}
