import { encodeId } from '../ids.ts';
import type { JobsContext } from '../jobs/context.ts';
import { rescueJobs } from '../jobs/lifecycle.ts';
import type { Logger } from '../ops/logger.ts';
import type { Actor } from './actor.ts';

const batch = 100;

/**
 * Time for workers to renew their leases after an outage of the database or a jump of its clock; nobody could before.
 */
const graceMs = 3_000;

/** Takes jobs from workers that stopped renewing their leases: killed, disconnected or frozen for too long. */
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
          logger.warn({ ...ids, status: job.status }, 'took a job from a lost worker');
        }
        rescued = taken.length;
      } while (rescued === batch);
    },
  };
}
