import type { Client } from '../client/client.ts';
import type { BatchFragment, JobFragment } from '../client/generated/graphql.ts';
import type { ClientConfig } from '../config/client-config.ts';
import { openClient } from './open-client.ts';
import { printRefusal } from './refusal.ts';
import { toStdout } from './watch-view.ts';

/** Changes jobs or batches one by one and prints their new status. Returns the exit code. */
export async function changeJobs(
  config: ClientConfig,
  ids: string[],
  change: (client: Client, id: string) => Promise<Pick<JobFragment | BatchFragment, 'id' | 'status'>>,
): Promise<number> {
  const client = await openClient(config);
  let code = 0;
  for (const id of new Set(ids)) {
    try {
      const job = await change(client, id);
      toStdout(`${job.id} ${job.status}`);
    } catch (error) {
      code = Math.max(code, printRefusal(error, id));
    }
  }
  return code;
}
