import type { ClientConfig } from '../config.ts';
import { changeJobs } from './change-jobs.ts';

/** `pagehive cancel`: ends jobs that have not ended. Gives the exit code. */
export function cancel(config: ClientConfig, ids: string[]): Promise<number> {
  return changeJobs(config, ids, (client, id) => client.cancelJob(id));
}
