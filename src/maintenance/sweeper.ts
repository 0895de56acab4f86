import { logRedisError } from '../connections/redis-trouble.ts';
import { countClaimable } from '../fleet/count-claimable.ts';
import { readFleet } from '../fleet/workers.ts';
import type { JobsContext } from '../jobs/context.ts';
import type { Logger } from '../ops/logger.ts';
import type { Ringer } from '../queue/ring.ts';
import type { Actor } from './actor.ts';

/**
 * Makes up for every wake-up that was lost: a crash between commit and wake-up, Redis down or flushed, a row that became due.
 * Tops the waiting permits up to the number of claimable rows or idle slots, whichever is lower. Rows that the limit of their
 * tenant holds back wake nobody.
 */
export function createSweeper(context: { jobs: JobsContext; ringer: Ringer; logger: Logger }): Actor {
  const { jobs, ringer, logger } = context;
  return {
    name: 'sweeper',
    everyMs: 1_000,
    async runOnce() {
      const fleet = await readFleet(jobs);
      const idle = Math.max(0, fleet.slots - fleet.running);
      const permits = idle === 0 ? 0 : Math.min(idle, await countClaimable(jobs, idle));
      // Without Redis the workers look for rows on their own.
      await ringer
        .topUp({ permits, slots: fleet.slots })
        .catch((error) => logRedisError(logger, error, 'could not top up the permits'));
    },
  };
}
