import { untilAborted, within } from './backoff.ts';
import type { Endpoint } from './endpoint.ts';
import { errorOf, reasonOf, ServerUnreachableError } from './errors.ts';
import { createEventParser } from './event-stream.ts';
import { post, readAnswer } from './request.ts';
import type { Connection, Subscribe } from './transport.ts';

/** The server sends a keep-alive comment every 12 seconds; a connection silent for longer than this is dropped. */
const silenceMs = 30_000;

/** Subscriptions over Server-Sent Events: one request each. Works wherever `fetch` can stream a response. */
export function createSseTransport(endpoint: Endpoint): Subscribe {
  return async function* subscribe<Data>(
    document: { toString(): string },
    variables: unknown,
    { signal, onConnected }: Connection,
  ): AsyncGenerator<Data, void, undefined> {
    const hangUp = new AbortController();
    try {
      const response = await withinSilence(
        endpoint.base,
        post(
          endpoint,
          { query: document.toString(), variables },
          { accept: 'text/event-stream', signal: AbortSignal.any([signal, hangUp.signal]) },
        ),
      );
      if (!response.headers.get('content-type')?.startsWith('text/event-stream') || response.body === null) {
        throw (
          errorOf(await readAnswer(endpoint.base, response)) ??
          new ServerUnreachableError(endpoint.base, 'the server does not stream')
        );
      }
      onConnected();
      for await (const { type, data } of eventsOf(endpoint.base, response.body, signal)) {
        if (type === 'complete') return;
        if (type !== 'next') continue;
        const answer: { data?: Data | null } = JSON.parse(data);
        const error = errorOf(answer);
        if (error !== null) throw error;
        if (answer.data) yield answer.data;
      }
    } finally {
      hangUp.abort();
    }
  };
}

async function* eventsOf(base: string, body: ReadableStream<Uint8Array>, signal: AbortSignal) {
  const parse = createEventParser();
  const reader = body.getReader();
  for (;;) {
    const { value, done } = await withinSilence(base, untilAborted(reader.read(), signal)).catch((error: unknown) => {
      signal.throwIfAborted();
      throw error instanceof ServerUnreachableError
        ? error
        : new ServerUnreachableError(base, reasonOf(error), { cause: error });
    });
    // A subscription ends with its own event, so this is a lost connection.
    if (done) throw new ServerUnreachableError(base, 'the connection was closed');
    yield* parse(value);
  }
}

function withinSilence<T>(base: string, promise: Promise<T>): Promise<T> {
  return within(silenceMs, promise, () => new ServerUnreachableError(base, 'the connection has gone silent'));
}
