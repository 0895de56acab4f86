import type { JobsContext } from '../jobs/context.ts';
import { countClaimable } from '../jobs/read.ts';
import { readFleet } from '../jobs/workers.ts';
import type { Ringer } from '../queue/ring.ts';
import type { Actor } from './actor.ts';

/**
 * Makes up for every ring that was lost: a crash between commit and ring, Redis down or flushed, a row that became due.
 * Tops the waiting permits up to as many rows as are claimable and slots are idle.
 */
export function createSweeper({ jobs, ringer }: { jobs: JobsContext; ringer: Ringer }): Actor {
  return {
    name: 'sweeper',
    everyMs: 1_000,
    async runOnce() {
      const fleet = await readFleet(jobs);
      await ringer.setSlots(fleet.slots);
      const idle = Math.max(0, fleet.slots - fleet.running);
      if (idle === 0) return;
      const claimable = await countClaimable(jobs, idle);
      const missing = Math.min(claimable, idle) - (await ringer.waiting());
      if (missing > 0) ringer.ring(missing);
    },
  };
}
