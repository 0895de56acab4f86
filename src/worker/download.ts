import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createUnzip } from 'node:zlib';
import type { Limits } from '../config/config.ts';
import type { AddressGuard } from '../connections/address-guard.ts';
import { filenameOf } from '../connections/filename.ts';
import {
  OutboundError,
  type OutboundProblem,
  type OutboundResponse,
  type OutboundTimeouts,
  outboundGet,
} from '../connections/outbound.ts';
import { retryAfterMs } from '../connections/retry-after.ts';
import { type Reservation, reserving } from '../documents/arrival.ts';
import { type FailureCode, JobError, RequestError } from '../errors.ts';
import { SizeLimitError, type Storage, StorageError, type Stored } from '../storage/storage.ts';
import { BytesReservedError } from '../tenants/usage.ts';
import { refuseEmpty, refuseWebPage } from './download-checks.ts';

export interface DownloadOptions {
  storage: Storage;
  key: string;
  limits: Pick<Limits, 'documentBytes' | 'downloadSeconds'>;
  guard: AddressGuard;
  signal: AbortSignal;
  /** Called for every chunk, so callers must throttle. The total is null if the server does not send it. */
  onProgress?: (bytesDone: number, bytesTotal: number | null) => void;
  /** Reserves the bytes in the quota of the tenant; null without a quota. */
  reservation?: Reservation | null;
  timeouts?: OutboundTimeouts;
}

export interface Downloaded extends Stored {
  /** Safe to display and to save under. */
  filename: string | null;
}

/** Failure codes by problem. An unresolvable name may be our own fault, so it is retried. */
const failureOf: Record<OutboundProblem, FailureCode> = {
  BAD_URL: 'DOWNLOAD_NOT_FOUND',
  BAD_REDIRECT: 'DOWNLOAD_REFUSED',
  ADDRESS_FORBIDDEN: 'ADDRESS_FORBIDDEN',
  TIMEOUT: 'DOWNLOAD_TIMEOUT',
  CONNECTION: 'DOWNLOAD_FAILED',
};

/**
 * Streams the document at a URL into the storage. Throws `JobError` for any fault of a server, the network or a limit,
 * and the signal's reason once it is aborted; nothing is stored then.
 */
export async function downloadDocument(url: string, options: DownloadOptions): Promise<Downloaded> {
  const { storage, key, limits, guard, reservation } = options;
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), limits.downloadSeconds * 1000);
  const signal = AbortSignal.any([options.signal, deadline.signal]);
  try {
    signal.throwIfAborted();
    const response = await outboundGet(url, { guard, signal, headers, timeouts: options.timeouts });
    try {
      refuseStatus(response);
      const maxBytes = limits.documentBytes;
      const announced = announcedBytes(response, maxBytes);
      if (announced !== null) await reservation?.reserve(announced);
      const body = refuseEmpty(refuseWebPage(received(response), response));
      const admitted = reservation == null ? body : reserving(body, reservation, maxBytes);
      const stored = await storage.put(key, reported(admitted, announced, options), { maxBytes, signal });
      await reservation?.confirm(stored.bytes);
      return { ...stored, filename: filenameOf(response.headers['content-disposition'], response.url) };
    } finally {
      response.body.destroy();
    }
  } catch (error) {
    options.signal.throwIfAborted();
    if (deadline.signal.aborted) {
      const detail = `The download was not done after ${limits.downloadSeconds} seconds.`;
      throw new JobError('DOWNLOAD_TIMEOUT', { detail, cause: error });
    }
    throw jobError(error);
  } finally {
    clearTimeout(timer);
  }
}

/** PDFs are already compressed: an encoding would only hide the size. Some servers send one anyway. */
const headers = { accept: 'application/pdf, */*;q=0.5', 'accept-encoding': 'identity', 'user-agent': 'Pagehive' };

function refuseStatus({ status, url, headers }: OutboundResponse): void {
  if (status >= 200 && status < 300 && status !== 206) {
    return;
  }
  const detail = `${url.host} answered with HTTP status ${status}.`;
  if (status === 404 || status === 410) {
    throw new JobError('DOWNLOAD_NOT_FOUND', { detail });
  }
  const worthAnotherTry = [206, 408, 425, 429].includes(status) || status >= 500;
  if (!worthAnotherTry) throw new JobError('DOWNLOAD_REFUSED', { detail });
  const wait = retryAfterMs(headers);
  throw new JobError('DOWNLOAD_FAILED', { detail, retryAfterSeconds: wait === null ? null : wait / 1000 });
}

/** Null if the server does not send the size, or sends the encoded size. */
function announcedBytes({ headers, url }: OutboundResponse, maxBytes: number): number | null {
  const header = headers['content-length'];
  const bytes = header === undefined ? null : Number(header);
  if (bytes !== null && bytes > maxBytes) {
    throw new JobError('SIZE_LIMIT', { detail: `${url.host} announced ${bytes} bytes; the limit is ${maxBytes}.` });
  }
  return encodingOf(headers) === null ? bytes : null;
}

/** The decoded body. Its size is limited while it is stored, so a decompression bomb fails early. */
async function* received(response: OutboundResponse): AsyncGenerator<Uint8Array> {
  const stream = decoded(response);
  try {
    yield* chunks(stream);
  } catch (error) {
    if (error instanceof OutboundError) {
      throw error;
    }
    const detail = `${response.url.host} closed the connection before the document was complete.`;
    throw new JobError('DOWNLOAD_FAILED', { detail, cause: error });
  }
}

async function* chunks(stream: Readable): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) {
    if (chunk instanceof Uint8Array) {
      yield chunk;
    }
  }
}

function decoded({ headers, body, url }: OutboundResponse): Readable {
  const encoding = encodingOf(headers);
  if (encoding === null) {
    return body;
  }
  if (!['gzip', 'x-gzip', 'deflate', 'br'].includes(encoding)) {
    const detail = `${url.host} sent the document in an encoding that was not requested.`;
    throw new JobError('DOWNLOAD_REFUSED', { detail });
  }
  const decoder = encoding === 'br' ? createBrotliDecompress() : createUnzip();
  // Iterating over the decoder reports every error; the callback is required by the API.
  return pipeline(body, decoder, () => undefined);
}

function encodingOf(headers: OutboundResponse['headers']): string | null {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? '';
  return encoding === '' || encoding === 'identity' ? null : encoding;
}

async function* reported(
  body: AsyncIterable<Uint8Array>,
  total: number | null,
  { onProgress }: DownloadOptions,
): AsyncGenerator<Uint8Array> {
  let done = 0;
  onProgress?.(done, total);
  for await (const chunk of body) {
    yield chunk;
    done += chunk.byteLength;
    onProgress?.(done, total);
  }
}

function jobError(error: unknown): unknown {
  if (error instanceof OutboundError) {
    return new JobError(failureOf[error.problem], { detail: error.message, cause: error });
  }
  if (error instanceof SizeLimitError) {
    const detail = `The document has more than ${error.maxBytes} bytes.`;
    return new JobError('SIZE_LIMIT', { detail, cause: error });
  }
  if (error instanceof BytesReservedError)
    return new JobError('QUOTA_RESERVED', { detail: error.message, cause: error });
  if (error instanceof RequestError && error.code === 'QUOTA_EXCEEDED') {
    return new JobError('QUOTA_EXCEEDED', { detail: error.message, cause: error });
  }
  return error instanceof StorageError ? new JobError('STORAGE_UNAVAILABLE', { cause: error }) : error;
}
