import type { Database } from '../connections/database.ts';
import { aggregateUsage } from '../tenants/sql/aggregate-usage.ts';
import type { Actor } from './actor.ts';

const batch = 1_000;

/** Adds the changes of the tenants' usage to their counts, so that quotas are checked quickly. */
export function createUsageCounter({ database }: { database: Database }): Actor {
  return {
    name: 'usage-counter',
    everyMs: 1_000,
    async runOnce() {
      for (;;) {
        const [row] = await database.query<{ taken: number }>(aggregateUsage, [batch]);
        if ((row?.taken ?? 0) < batch) return;
      }
    },
  };
}
