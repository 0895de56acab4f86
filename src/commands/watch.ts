import { GraphQLRequestError } from '../client/errors.ts';
import type { ClientConfig } from '../config.ts';
import { openClient } from './open-client.ts';
import { runEach } from './run-each.ts';
import { chooseView } from './watch-choose.ts';
import { watchJob } from './watch-job.ts';

/** `pagehive watch`: shows the progress of jobs until all are final. Gives the exit code. */
export async function watch(
  config: ClientConfig,
  ids: string[],
  { json = false }: { json?: boolean },
): Promise<number> {
  const items = [...new Set(ids)].map((id) => ({ argument: id, label: id }));
  const client = await openClient(config, { watches: true });
  const view = await chooseView(items, { follow: true, json });
  return await runEach(items, view, async (item, { signal, leftOver }) => {
    leftOver(`${item.label} goes on on the server`);
    // Asked first: a subscription would go on trying to reach a server that isn't there.
    const job = await client.job(item.argument, { signal });
    if (job === null) throw new GraphQLRequestError('NOT_FOUND', 'There is no such job.');
    const { status } = await watchJob(client, item, item.argument, null, view, signal);
    return status === 'COMPLETED' ? 0 : 1;
  });
}
