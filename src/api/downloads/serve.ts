import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { contentDisposition } from '../../connections/filename.ts';
import type { ApiServices } from '../context.ts';
import { batchFile } from './batch-file.ts';
import { files, readDownloadUrl } from './download.ts';
import { jobFile } from './job-file.ts';

/** A client that takes nothing for this long is not waited for. */
const idleMs = 2 * 60 * 1000;

/**
 * GET or HEAD /downloads/ID/FORMAT?token=…: sends the file while it is made, as fast as it is taken. What cannot be finished ends
 * with a connection that breaks, so that nobody takes a part for the whole.
 */
export async function serveDownload(
  services: ApiServices,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const { type, uuid, format } = readDownloadUrl(services, url);
  const { filename, bytes, content } = await (type === 'job' ? jobFile : batchFile)(services.database, uuid, format);
  response.writeHead(200, {
    'content-type': files[format].contentType,
    'content-disposition': contentDisposition(filename),
    'cache-control': 'private',
    'x-content-type-options': 'nosniff',
    ...(bytes === null ? {} : { 'content-length': bytes }),
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  response.setTimeout(idleMs, () => response.destroy());
  try {
    await pipeline(Readable.from(content()), response);
  } catch (error) {
    const clientLeft = error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
    if (!clientLeft) services.logger.warn({ err: error, [type]: url.pathname }, 'a download broke off');
    throw error;
  }
}
