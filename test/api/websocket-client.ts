import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { GraphqlAnswer } from '../graphql.ts';

export interface Operation {
  query: string;
  variables?: Record<string, unknown>;
}

/** Runs one operation over graphql-ws and returns every result until the server completes it. */
export async function overWebSocket(
  url: string,
  { query, variables = {} }: Operation,
): Promise<Partial<GraphqlAnswer>[]> {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  });
  const answers: Partial<GraphqlAnswer>[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      client.subscribe<GraphqlAnswer['data']>(
        { query, variables },
        {
          next: (answer) => answers.push(JSON.parse(JSON.stringify(answer))),
          // An array of errors means that the operation was refused.
          error: (error) =>
            Array.isArray(error)
              ? resolve(void answers.push(JSON.parse(JSON.stringify({ errors: error }))))
              : reject(error),
          complete: resolve,
        },
      );
    });
    return answers;
  } finally {
    await client.dispose();
  }
}
