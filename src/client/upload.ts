import { retry } from './backoff.ts';
import type { Endpoint } from './endpoint.ts';
import { GraphQLRequestError } from './errors.ts';
import { CreateUploadDocument } from './generated/graphql.ts';
import { payloadOf } from './payload.ts';
import { sendRequest } from './request.ts';
import { putByFetch } from './upload-fetch.ts';
import { canPutByXhr, putByXhr } from './upload-xhr.ts';

/**
 * A `Blob` (or `File`) can be read again, so its upload survives a lost connection; a stream's does not. Browsers can
 * send only blobs.
 */
export type UploadBody = Blob | AsyncIterable<Uint8Array>;

export interface UploadOptions {
  name?: string;
  /** Called as bytes are sent, with the total if it is known; restarts from 0 when they are sent again. */
  onProgress?: (bytesSent: number, bytesTotal: number | null) => void;
  signal?: AbortSignal;
}

const maxTries = 10;

/** Streams bytes to the server and returns the id for `createJob`. Once it resolves, they are durable on the server. */
export async function upload(endpoint: Endpoint, body: UploadBody, options: UploadOptions): Promise<string> {
  const { signal, onProgress } = options;
  const bytes = body instanceof Blob ? body.size : null;
  const name = options.name ?? (body instanceof Blob && 'name' in body ? String(body.name) : undefined);
  const input = { filename: name, bytes, contentType: 'application/pdf' };
  const { createUpload } = await retry(() => sendRequest(endpoint, CreateUploadDocument, { input }, { signal }), {
    maxTries,
    signal,
  });
  const target = payloadOf(createUpload).upload;
  const sending = { target, signal, onProgress: (sent: number) => onProgress?.(sent, bytes) };
  async function attempt(tries: number): Promise<void> {
    try {
      if (body instanceof Blob && canPutByXhr()) await putByXhr(endpoint, body, sending);
      else await putByFetch(endpoint, body, sending);
    } catch (error) {
      // An earlier attempt stored the bytes; only its response was lost.
      const arrived = tries > 1 && error instanceof GraphQLRequestError && error.code === 'UPLOAD_ALREADY_STORED';
      if (!arrived) throw error;
    }
  }
  await retry(attempt, { maxTries: body instanceof Blob ? maxTries : 1, signal });
  return target.id;
}
