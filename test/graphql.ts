/** A GraphQL response. */
export interface GraphqlAnswer {
  // biome-ignore lint/suspicious/noExplicitAny: the tests read responses of many shapes
  data: any;
  errors?: {
    message: string;
    path?: (string | number)[];
    extensions: {
      code: string;
      cost?: number;
      limit?: number;
      issues?: { path: (string | number)[]; code: string; message: string }[];
    };
  }[];
  extensions?: { cost?: number };
}

export async function graphql(
  url: string,
  query: string,
  variables: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Promise<GraphqlAnswer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as GraphqlAnswer;
}

/** Yields the events of a subscription over SSE until the server completes it. */
export async function* subscribe(
  url: string,
  query: string,
  variables: Record<string, unknown> = {},
  signal?: AbortSignal,
): AsyncGenerator<GraphqlAnswer> {
  yield* await openSubscription(url, query, variables, signal);
}

/** Like `subscribe`, but resolves once the server has accepted the subscription. */
export async function openSubscription(
  url: string,
  query: string,
  variables: Record<string, unknown> = {},
  signal?: AbortSignal,
): Promise<AsyncGenerator<GraphqlAnswer>> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query, variables }),
    ...(signal ? { signal } : {}),
  });
  if (response.body === null) throw new Error('no stream');
  const type = response.headers.get('content-type');
  if (!type?.startsWith('text/event-stream')) throw new Error(`${response.status} ${type}: ${await response.text()}`);
  return eventsOf(response.body);
}

/** Yields the results of a stream. It is locked at once: Node.js cancels an unread body when its response is collected. */
export function eventsOf(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<GraphqlAnswer> {
  return resultsIn(body.pipeThrough(new TextDecoderStream()));
}

async function* resultsIn(text: ReadableStream<string>): AsyncGenerator<GraphqlAnswer> {
  for await (const block of blocksOf(text)) {
    const data = block
      .split('\n')
      .filter((line) => line.startsWith('data:'))
      .map((line) => line.slice(5))
      .join('');
    if (block.includes('event: complete')) return;
    if (data.trim() !== '') yield JSON.parse(data) as GraphqlAnswer;
  }
}

/** Yields the parts of a stream that end with an empty line. Reads each chunk once, because events may be large. */
async function* blocksOf(text: ReadableStream<string>): AsyncGenerator<string> {
  const parts: string[] = [];
  for await (const chunk of text) {
    // An empty line may begin in one chunk and end in the next.
    const carried = (parts.at(-1)?.endsWith('\n') && parts.pop()) || '';
    const [first = '', ...more] = `${carried}${chunk}`.split('\n\n');
    parts.push(first);
    for (const next of more) {
      yield parts.join('');
      parts.splice(0, parts.length, next);
    }
  }
}
