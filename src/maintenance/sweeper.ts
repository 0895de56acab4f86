import { logRedisError } from '../connections/redis-trouble.ts';
import { countClaimable } from '../fleet/count-claimable.ts';
import { readFleet } from '../fleet/workers.ts';
import type { JobsContext } from '../jobs/context.ts';
import type { Logger } from '../ops/logger.ts';
import type { Ringer } from '../queue/ring.ts';
import type { Actor } from './actor.ts';

/**
 * Replaces lost wake-ups: after a crash between commit and wake-up, while Redis was down or flushed, or when a row
 * became due. Raises the number of waiting permits to that of claimable rows or idle slots, whichever is lower. Rows
 * held back by their tenant's limit wake nobody.
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
      // Without Redis, workers poll for rows.
      await ringer
        .topUp({ permits, slots: fleet.slots })
        .catch((error) => logRedisError(logger, error, 'could not top up the permits'));
    },
  };
}
