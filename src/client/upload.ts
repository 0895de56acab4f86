import { retry } from './backoff.ts';
import type { Endpoint } from './endpoint.ts';
import { errorOf, GraphQLRequestError, ServerUnreachableError } from './errors.ts';
import { CreateUploadDocument, type CreateUploadMutation } from './generated/graphql.ts';
import { readAnswer, send, sendRequest } from './request.ts';

/** A `Blob` (or `File`) can be read again, so its upload survives a lost connection; a stream cannot. */
export type UploadBody = Blob | AsyncIterable<Uint8Array>;

export interface UploadOptions {
  name?: string;
  /** Called as bytes leave; starts again from 0 when they are sent again. */
  onProgress?: (bytesSent: number) => void;
  signal?: AbortSignal;
}

type Upload = CreateUploadMutation['createUpload']['upload'];

/** Streams bytes to the server and gives the id for `createJob`. Once this resolves they are safe on the server's disk. */
export async function upload(endpoint: Endpoint, body: UploadBody, options: UploadOptions): Promise<string> {
  const { name, signal } = options;
  const bytes = body instanceof Blob ? body.size : undefined;
  const input = { filename: name, bytes, contentType: 'application/pdf' };
  const { createUpload } = await sendRequest(endpoint, CreateUploadDocument, { input }, { signal });
  const target = createUpload.upload;
  async function attempt(tries: number): Promise<void> {
    try {
      await put(endpoint, target, body, options);
    } catch (error) {
      // The answer to an earlier try got lost, not its bytes.
      const arrived = tries > 1 && error instanceof GraphQLRequestError && error.code === 'UPLOAD_ALREADY_STORED';
      if (!arrived) throw error;
    }
  }
  await retry(attempt, { maxTries: body instanceof Blob ? 5 : 1, signal });
  return target.id;
}

async function put(
  { base }: Endpoint,
  target: Upload,
  body: UploadBody,
  { onProgress, signal }: UploadOptions,
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
  const error = errorOf(await readAnswer(base, response));
  if (error !== null) throw error;
  if (!response.ok) throw new ServerUnreachableError(base, `the upload was answered with HTTP ${response.status}`);
}

/** The same bytes; tells how many have gone, and why they could not be read: `fetch` would call that a failed connection. */
function countedStream(body: AsyncIterable<Uint8Array>, onProgress: UploadOptions['onProgress']) {
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
      onProgress?.(sent);
    },
    async cancel() {
      await chunks.return?.();
    },
  });
  return { readable, failure: () => failure };
}
