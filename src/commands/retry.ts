import type { ClientConfig } from '../config.ts';
import { isBatchId } from './batch-id.ts';
import { changeJobs } from './change-jobs.ts';

/** `pagehive retry`: starts FAILED or CANCELLED jobs anew, and the failed ones of batches. Gives the exit code. */
export function retry(config: ClientConfig, ids: string[], { password }: { password?: string }): Promise<number> {
  return changeJobs(config, ids, (client, id) =>
    isBatchId(id) ? client.retryBatch(id) : client.retryJob(id, { password }),
  );
}
