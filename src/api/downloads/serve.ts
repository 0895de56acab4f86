import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { contentDisposition } from '../../connections/filename.ts';
import type { ApiServices } from '../context.ts';
import type { HeldBytes } from '../memory-budget.ts';
import { readDownloadUrl } from './download.ts';
import { findFile } from './find-file.ts';

/** How long browsers keep what is shown. */
const shownSeconds = 1_800;

/** A client that takes nothing for this long is not waited for. */
const idleMs = 2 * 60 * 1000;

/**
 * GET or HEAD /downloads/PATH?token=…: sends the file while it is made or read, as fast as it is taken. What cannot be finished ends
 * with a connection that breaks, so that nobody takes a part for the whole.
 */
export async function serveDownload(
  services: ApiServices,
  request: IncomingMessage,
  response: ServerResponse,
  { url, held }: { url: URL; held: HeldBytes },
): Promise<void> {
  const path = readDownloadUrl(services, url);
  const { filename, contentType, bytes, isShown = false, content } = await findFile(services, path);
  // Before the headers: what cannot be read is an error and not a connection that breaks.
  const body = request.method === 'HEAD' ? null : await content();
  response.writeHead(200, {
    'content-type': contentType,
    'content-disposition': contentDisposition(filename, isShown ? 'inline' : 'attachment'),
    'cache-control': isShown ? `private, max-age=${shownSeconds}` : 'no-store',
    ...(isShown ? { 'cross-origin-resource-policy': 'cross-origin' } : {}),
    'x-content-type-options': 'nosniff',
    // Whatever somebody has put into a document: it is no page of this origin.
    'content-security-policy': "sandbox; default-src 'none'",
    ...(bytes === null ? {} : { 'content-length': bytes }),
  });
  if (body === null) {
    response.end();
    return;
  }
  response.setTimeout(idleMs, () => response.destroy());
  try {
    await pipeline(Readable.from(counted(body, held)), response);
  } catch (error) {
    const clientLeft = error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
    if (!clientLeft) services.logger.warn({ err: error, path }, 'a download broke off');
    throw error;
  }
}

/** Counts each piece until the next one is requested. A piece may be a page of many megabytes. */
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
