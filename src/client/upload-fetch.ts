import type { Endpoint } from './endpoint.ts';
import { errorOf, ServerUnreachableError } from './errors.ts';
import type { CreateUploadMutation } from './generated/graphql.ts';
import { readAnswer, send } from './request.ts';

/** Where bytes go, and who is told. */
export interface Sending {
  target: NonNullable<CreateUploadMutation['createUpload']>['upload'];
  onProgress: (bytesSent: number) => void;
  signal: AbortSignal | undefined;
}

/** Sends bytes as a stream, so that only a little of them is in memory at a time. */
export async function putByFetch(
  { base }: Endpoint,
  body: Blob | AsyncIterable<Uint8Array>,
  { target, onProgress, signal }: Sending,
): Promise<void> {
  const headers = new Headers(target.headers.map(({ name, value }): [string, string] => [name, value]));
  // Known beforehand, so the bytes need not be sent in chunks, which some proxies and stores refuse.
  if (body instanceof Blob) headers.set('content-length', String(body.size));
  const stream = countedStream(body instanceof Blob ? body.stream() : body, onProgress);
  // `duplex` is what a body that is a stream needs. Were redirects followed, Node.js would keep all of its bytes for them.
  const init: RequestInit & { duplex: 'half' } = {
    method: target.method,
    headers,
    body: stream.readable,
    duplex: 'half',
    redirect: 'error',
    signal,
  };
  const response = await send(base, target.url, init).catch((error: unknown) => {
    throw stream.failure() ?? error;
  });
  checkAnswer(base, response.status, await readAnswer(base, response));
}

/** What the server answers to a PUT: an error is shaped as GraphQL's are. */
export function checkAnswer(base: string, status: number, answer: unknown): void {
  const error = errorOf(answer);
  if (error !== null) throw error;
  if (status >= 300) throw new ServerUnreachableError(base, `the upload was answered with HTTP ${status}`);
}

/** The same bytes; tells how many have gone, and why they could not be read: `fetch` would call that a failed connection. */
function countedStream(body: AsyncIterable<Uint8Array>, onProgress: Sending['onProgress']) {
  const chunks = body[Symbol.asyncIterator]();
  let sent = 0;
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
      onProgress(sent);
    },
    async cancel() {
      await chunks.return?.();
    },
  });
  return { readable, failure: () => failure };
}
