import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { contentDisposition } from '../../connections/filename.ts';
import { asAddress, asClient, type ClientWork } from '../as-client.ts';
import type { ApiServices } from '../context.ts';
import type { HeldBytes } from '../memory-budget.ts';
import { onClose } from '../on-close.ts';
import { readDownloadUrl } from './download.ts';
import { findFile } from './find-file.ts';
import { ownerOf } from './owner.ts';

/** How long browsers cache displayed files, in seconds. */
const shownSeconds = 1_800;

/** A client that reads nothing for this long is disconnected, in milliseconds. */
const idleMs = 2 * 60 * 1000;

/**
 * Handles GET or HEAD /downloads/PATH?token=…: sends the file while it is generated or read, as fast as the client
 * reads. If that fails midway, the connection breaks, so that no client takes a part for the whole.
 */
export async function serveDownload(
  services: ApiServices,
  request: IncomingMessage,
  response: ServerResponse,
  { url, address, held }: { url: URL; address: string; held: HeldBytes },
): Promise<void> {
  const path = readDownloadUrl(services, url);
  const over = new AbortController();
  onClose(response, () => over.abort());
  const client = { client: address, signal: over.signal };
  const tenantId = await asAddress(services, client, () => ownerOf(services, path));
  const work: ClientWork = { ...client, tenantId, kind: 'download' };
  const inTurn = <T>(step: () => T): T => asClient(services.database, work, step);
  const { filename, contentType, bytes, isShown = false, content } = await inTurn(() => findFile(services, path));
  // Opened before the headers are sent, so that an unreadable file is an error response, not a broken connection.
  const body = request.method === 'HEAD' ? null : await inTurn(content);
  response.writeHead(200, {
    'content-type': contentType,
    'content-disposition': contentDisposition(filename, isShown ? 'inline' : 'attachment'),
    'cache-control': isShown ? `private, max-age=${shownSeconds}` : 'no-store',
    ...(isShown ? { 'cross-origin-resource-policy': 'cross-origin' } : {}),
    'x-content-type-options': 'nosniff',
    // Documents may contain anything: a browser must not treat it as a page of this origin.
    'content-security-policy': "sandbox; default-src 'none'",
    ...(bytes === null ? {} : { 'content-length': bytes }),
  });
  if (body === null) {
    response.end();
    return;
  }
  response.setTimeout(idleMs, () => response.destroy());
  try {
    // Not through a Readable, which would request the next piece before the response has sent the last one.
    await pipeline(counted(eachInTurn(body, inTurn), held), response);
  } catch (error) {
    const clientLeft = error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
    if (!clientLeft) services.logger.warn({ err: error, path }, 'a download was cut off');
    throw error;
  }
}

/** Reads each piece in a dedicated turn, because the response requests pieces from its own events. */
async function* eachInTurn<T>(
  pieces: AsyncIterable<T>,
  inTurn: <Result>(step: () => Result) => Result,
): AsyncGenerator<T, void, undefined> {
  const iterator = pieces[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await inTurn(() => iterator.next());
      if (done) return;
      yield value;
    }
  } finally {
    await inTurn(() => iterator.return?.());
  }
}

/**
 * Counts each piece until the next one is requested, when it has been sent. A piece may be a page of many megabytes.
 */
async function* counted(
  pieces: AsyncIterable<string | Uint8Array>,
  held: HeldBytes,
): AsyncGenerator<string | Uint8Array, void, undefined> {
  for await (const piece of pieces) {
    held.take(piece.length);
    yield piece;
    held.take(-piece.length);
  }
}
