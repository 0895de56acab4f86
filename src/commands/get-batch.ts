import type { Client } from '../client/client.ts';
import { GraphQLRequestError } from '../client/errors.ts';
import { writeBatch } from './get-batch-output.ts';
import { printFacts } from './print-facts.ts';
import { describeBatch } from './watch-messages.ts';
import { toStdout } from './watch-view.ts';

/** Prints a batch, or writes the results of its finished jobs. Returns the exit code. */
export async function getBatch(
  client: Client,
  id: string,
  { out, json }: { out?: string; json?: boolean },
): Promise<number> {
  const batch = await client.batch(id);
  if (batch === null) throw new GraphQLRequestError('NOT_FOUND', 'There is no such batch.');
  if (json) toStdout(JSON.stringify(batch));
  else if (out !== undefined) for (const path of await writeBatch(client, id, out)) toStdout(path);
  else {
    printFacts([
      ['id', batch.id],
      ['name', batch.name],
      ['status', describeBatch(batch)],
      ['created', batch.createdAt],
      ['finished', batch.finishedAt],
    ]);
  }
  return 0;
}
