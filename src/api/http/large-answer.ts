import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { answerPieces } from '../answers/pieces.ts';

/**
 * A client that reads nothing of a large response for this long, in milliseconds, is disconnected: the response is in
 * memory.
 */
const stallMs = 30_000;
/** Time limit for a whole large response, in milliseconds: 16 MiB at half a megabit per second. */
const totalMs = 5 * 60_000;

interface HttpContext {
  res: ServerResponse;
}

/**
 * Sends large responses piece by piece, as fast as the client reads. Yoga would serialize a response as a whole,
 * blocking all other requests. Only results with data are large, so the status is always 200.
 */
export function createLargeAnswer(isLarge: (result: ExecutionResult) => boolean): Plugin<object, HttpContext> {
  return {
    onResultProcess({ request, result, resultProcessor, setResultProcessor, serverContext: { res } }) {
      if (resultProcessor === undefined || Array.isArray(result) || Symbol.asyncIterator in result) return;
      if (result.data == null || !isLarge(result)) return;
      const mediaType = mediaTypeOf(request.headers.get('accept') ?? '*/*');
      setResultProcessor(async (_, { Response }) => {
        await send(res, mediaType, result);
        return new Response();
      }, mediaType);
    },
  };
}

async function send(response: ServerResponse, mediaType: string, result: ExecutionResult): Promise<void> {
  if (response.destroyed) return;
  response.writeHead(200, { 'content-type': `${mediaType}; charset=utf-8` });
  response.setTimeout(stallMs, () => response.destroy());
  try {
    const pieces = Readable.from(answerPieces(result), { objectMode: false });
    await pipeline(pieces, response, { signal: AbortSignal.timeout(totalMs) });
  } catch {
    // The client has left or was disconnected.
    response.destroy();
  }
}

/** Returns the first of the two response types that the client accepts, as Yoga does. */
function mediaTypeOf(accept: string): string {
  const graphql = 'application/graphql-response+json';
  const json = ['application/json', 'application/*', '*/*'];
  const ranges = accept.split(',').map((range) => range.split(';')[0]?.trim().toLowerCase() ?? '');
  return ranges.find((range) => range === graphql || json.includes(range)) === graphql ? graphql : 'application/json';
}
