import { encodeId } from '../ids.ts';
import type { Job } from '../job-row/job.ts';
import type { JobsContext } from '../jobs/context.ts';
import { rescueJobs } from '../jobs/lifecycle.ts';
import type { Logger } from '../ops/logger.ts';
import type { Tracing } from '../ops/tracing.ts';
import type { Actor } from './actor.ts';

const batch = 100;

/**
 * Time for workers to renew their leases after an outage of the database or a jump of its clock, in milliseconds.
 * During the outage they could not.
 */
const graceMs = 3_000;

/** Takes jobs from workers that stopped renewing their leases: killed, disconnected or frozen for too long. */
export function createRescuer(context: { jobs: JobsContext; tracing: Tracing; logger: Logger }): Actor {
  const { jobs, tracing, logger } = context;
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
          traceLoss(tracing, job);
          logger.warn({ ...ids, status: job.status }, 'took a job from a lost worker');
        }
        rescued = taken.length;
      } while (rescued === batch);
    },
  };
}

/** Records the attempt of a lost worker, which cannot do so itself. */
function traceLoss(tracing: Tracing, job: Job): void {
  const attributes = {
    'pagehive.job.id': encodeId('job', job.id),
    'pagehive.tenant.id': encodeId('tenant', job.tenantId),
    'pagehive.attempt': job.attempt,
  };
  const startedAt = job.startedAt ?? undefined;
  const span = tracing.start('lost attempt', { parent: job.traceContext, kind: 'CONSUMER', attributes, startedAt });
  span.fail('WORKER_LOST');
  span.end();
}
