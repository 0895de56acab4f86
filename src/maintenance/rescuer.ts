import { encodeId } from '../ids.ts';
import type { JobsContext } from '../jobs/context.ts';
import { rescueJobs } from '../jobs/lifecycle.ts';
import type { Logger } from '../ops/logger.ts';
import type { Actor } from './actor.ts';

const batch = 100;

/** After an outage of the database, or a jump of its clock, workers get this long to renew what they hold: until it, none of them could. */
const graceMs = 3_000;

/** Takes jobs from workers that stopped renewing their leases: killed, cut off, or frozen for too long. */
export function createRescuer({ jobs, logger }: { jobs: JobsContext; logger: Logger }): Actor {
  return {
    name: 'rescuer',
    everyMs: 1_000,
    async runOnce(answeringMs) {
      if (answeringMs < graceMs) return;
      let rescued: number;
      do {
        const taken = await rescueJobs(jobs, batch);
        for (const job of taken) {
          const ids = { job: encodeId('job', job.id), worker: job.workerId && encodeId('worker', job.workerId) };
          logger.warn({ ...ids, status: job.status }, 'took a job from a worker that is lost');
        }
        rescued = taken.length;
      } while (rescued === batch);
    },
  };
}
