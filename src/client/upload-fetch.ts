import type { Endpoint } from './endpoint.ts';
import { errorOf, ServerUnreachableError } from './errors.ts';
import type { CreateUploadMutation } from './generated/graphql.ts';
import { readAnswer, send } from './request.ts';

/** Where to send bytes, and how to report progress. */
export interface Sending {
  target: NonNullable<CreateUploadMutation['createUpload']>['upload'];
  onProgress: (bytesSent: number) => void;
  signal: AbortSignal | undefined;
}

/** Streams the bytes, so that only a few are in memory at a time. */
export async function putByFetch(
  { base }: Endpoint,
  body: Blob | AsyncIterable<Uint8Array>,
  { target, onProgress, signal }: Sending,
): Promise<void> {
  const headers = new Headers(target.headers.map(({ name, value }): [string, string] => [name, value]));
  // A known length avoids chunked encoding, which some proxies and stores refuse.
  if (body instanceof Blob) headers.set('content-length', String(body.size));
  const stream = countedStream(body instanceof Blob ? body.stream() : body, onProgress);
  // A stream body requires `duplex`. If redirects were followed, Node.js would buffer the whole body for them.
  const init: RequestInit & { duplex: 'half' } = {
    method: target.method,
    headers,
    body: stream.readable,
    duplex: 'half',
    redirect: 'error',
    signal,
  };
  const response = await send(base, target.url, init)
    .catch((error: unknown) => {
      throw stream.failure() ?? error;
    })
    .finally(stream.stopCounting);
  checkAnswer(base, response.status, await readAnswer(base, response));
}

/** Throws the error of a response to a PUT, which has the same format as GraphQL errors. */
export function checkAnswer(base: string, status: number, answer: unknown): void {
  const error = errorOf(answer);
  if (error !== null) throw error;
  if (status >= 300) throw new ServerUnreachableError(base, `the upload failed with HTTP ${status}`);
}

/**
 * Counts the bytes read, and keeps a read error, which `fetch` would report as a failed connection. A chunk that is
 * read after the request has failed must not count: the next attempt reports its own bytes by then.
 */
function countedStream(body: AsyncIterable<Uint8Array>, onProgress: Sending['onProgress']) {
  const chunks = body[Symbol.asyncIterator]();
  let sent = 0;
  let isCounting = true;
  let failure: unknown = null;
  const readable = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await chunks.next().catch((error: unknown) => {
        failure = error;
        throw error;
      });
      if (done) {
        controller.close();
        return;
      }
      sent += value.byteLength;
      controller.enqueue(value);
      if (isCounting) onProgress(sent);
    },
    async cancel() {
      await chunks.return?.();
    },
  });
  const stopCounting = () => {
    isCounting = false;
  };
  return { readable, failure: () => failure, stopCounting };
}
