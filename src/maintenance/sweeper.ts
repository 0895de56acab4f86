import { logRedisError } from '../connections/redis-trouble.ts';
import { countClaimable } from '../fleet/count-claimable.ts';
import { readFleet } from '../fleet/workers.ts';
import type { JobsContext } from '../jobs/context.ts';
import type { Logger } from '../ops/logger.ts';
import type { ProcessMetrics } from '../ops/process-metrics.ts';
import type { Ringer } from '../queue/ring.ts';
import type { Actor } from './actor.ts';

/**
 * Replaces lost wake-ups: after a crash between commit and wake-up, while Redis was down or flushed, or when a row
 * became due. Raises the number of waiting permits to the number of claimable rows or of idle slots, whichever is
 * lower. Rows held back by their tenant's limit cause no wake-up.
 */
export function createSweeper(context: {
  jobs: JobsContext;
  ringer: Ringer;
  metrics: ProcessMetrics;
  logger: Logger;
}): Actor {
  const { jobs, ringer, metrics, logger } = context;
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
        .then((added) => metrics.permitsAdded(added))
        .catch((error) => logRedisError(logger, error, 'could not top up the permits'));
    },
  };
}
