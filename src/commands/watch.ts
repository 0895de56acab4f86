import { GraphQLRequestError } from '../client/errors.ts';
import type { ClientConfig } from '../config/client-config.ts';
import { isBatchId } from './batch-id.ts';
import { openClient } from './open-client.ts';
import { runEach } from './run-each.ts';
import { watchBatch } from './watch-batch.ts';
import { chooseView } from './watch-choose.ts';
import { watchJob } from './watch-job.ts';

/** `pagehive watch`: shows the progress of jobs and batches until all are final. Returns the exit code. */
export async function watch(
  config: ClientConfig,
  ids: string[],
  { json = false }: { json?: boolean },
): Promise<number> {
  const items = [...new Set(ids)].map((id) => ({ argument: id, label: id }));
  const client = await openClient(config, { watches: true });
  const view = await chooseView(items, { follow: true, json });
  return await runEach(items, view, async (item, { signal, noteIfStopped }) => {
    noteIfStopped(`${item.label} continues on the server`);
    // Query first: without a server, a subscription would keep retrying.
    if (isBatchId(item.argument)) {
      const batch = await client.batch(item.argument, { signal });
      if (batch === null) throw new GraphQLRequestError('NOT_FOUND', 'There is no such batch.');
      const { completed, total } = await watchBatch(client, item, item.argument, null, view, signal);
      return completed === total ? 0 : 1;
    }
    const job = await client.job(item.argument, { signal });
    if (job === null) throw new GraphQLRequestError('NOT_FOUND', 'There is no such job.');
    const { status } = await watchJob(client, item, item.argument, null, view, signal);
    return status === 'COMPLETED' ? 0 : 1;
  });
}
