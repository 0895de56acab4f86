import type { Client } from '../client/client.ts';
import type { ClientConfig } from '../config/client-config.ts';
import { openClient } from './open-client.ts';
import { printRefusal } from './refusal.ts';
import { toStdout } from './watch-view.ts';

/** Sends a request and prints the answer: as JSON, or as the lines that `linesOf` makes of it. Returns the exit code. */
export async function printAnswer<Answer>(
  config: ClientConfig,
  { json = false }: { json?: boolean },
  send: (client: Client) => Promise<Answer>,
  linesOf: (answer: Answer) => string[],
): Promise<number> {
  try {
    const answer = await send(await openClient(config));
    for (const line of json ? [JSON.stringify(answer)] : linesOf(answer)) toStdout(line);
    return 0;
  } catch (error) {
    return printRefusal(error);
  }
}
