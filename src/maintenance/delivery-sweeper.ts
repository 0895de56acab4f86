import type { Database } from '../connections/database.ts';
import { logRedisError } from '../connections/redis-trouble.ts';
import { readFleet } from '../fleet/workers.ts';
import type { Logger } from '../ops/logger.ts';
import type { Ringer } from '../queue/ring.ts';
import { readDue } from '../webhooks/claim.ts';
import { deliverySlots } from '../webhooks/policy.ts';
import type { Actor } from './actor.ts';

/** Sweeps webhook deliveries: replaces lost wake-ups, and wakes up workers for deliveries that became due. */
export function createDeliverySweeper(context: { database: Database; deliveryRinger: Ringer; logger: Logger }): Actor {
  const { database, deliveryRinger, logger } = context;
  return {
    name: 'delivery-sweeper',
    everyMs: 1_000,
    async runOnce() {
      const { lanes } = await readDue(database);
      const { workers } = await readFleet({ database });
      const slots = workers * deliverySlots.all;
      // One slot delivers a whole lane, and continues until nothing is due.
      await deliveryRinger
        .topUp({ permits: Math.min(lanes, slots), slots })
        .catch((error) => logRedisError(logger, error, 'could not top up the permits to deliver'));
    },
  };
}
