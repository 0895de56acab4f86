import type { ClientConfig } from '../config/client-config.ts';
import { isBatchId } from './batch-id.ts';
import { changeJobs } from './change-jobs.ts';

/** `pagehive cancel`: cancels jobs, or the unfinished jobs of batches. Returns the exit code. */
export function cancel(config: ClientConfig, ids: string[]): Promise<number> {
  return changeJobs(config, ids, (client, id) => (isBatchId(id) ? client.cancelBatch(id) : client.cancelJob(id)));
}
