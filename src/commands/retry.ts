import type { ClientConfig } from '../config/client-config.ts';
import { isBatchId } from './batch-id.ts';
import { changeJobs } from './change-jobs.ts';

/** `pagehive retry`: runs FAILED or CANCELLED jobs again, and the failed ones of batches. Returns the exit code. */
export function retry(config: ClientConfig, ids: string[], options: { password?: string }): Promise<number> {
  const password = options.password ?? config.documentPassword ?? undefined;
  return changeJobs(config, ids, (client, id) =>
    isBatchId(id) ? client.retryBatch(id, { password }) : client.retryJob(id, { password }),
  );
}
