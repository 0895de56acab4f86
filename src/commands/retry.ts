import type { ClientConfig } from '../config.ts';
import { changeJobs } from './change-jobs.ts';

/** `pagehive retry`: starts FAILED or CANCELLED jobs anew. Gives the exit code. */
export function retry(config: ClientConfig, ids: string[], { password }: { password?: string }): Promise<number> {
  return changeJobs(config, ids, (client, id) => client.retryJob(id, { password }));
}
