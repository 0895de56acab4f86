import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { answerPieces } from '../answers/pieces.ts';

/** A client that takes nothing of a large answer for this long is cut off, in milliseconds: the answer is in memory. */
const stallMs = 30_000;
/** Time for the whole of a large answer, in milliseconds: 16 MiB at half a megabit a second. */
const totalMs = 5 * 60_000;

interface HttpContext {
  res: ServerResponse;
}

/**
 * Sends large answers piece by piece, as fast as the client reads. Yoga would serialise an answer as a whole, and no other
 * request would be served meanwhile. Only results with data are large, so the status is always 200.
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
    // The client has gone, or was cut off: there is nobody left to answer.
    response.destroy();
  }
}

/** The first of the two types for answers that the client accepts, as Yoga chooses it. */
function mediaTypeOf(accept: string): string {
  const graphql = 'application/graphql-response+json';
  const json = ['application/json', 'application/*', '*/*'];
  const ranges = accept.split(',').map((range) => range.split(';')[0]?.trim().toLowerCase() ?? '');
  return ranges.find((range) => range === graphql || json.includes(range)) === graphql ? graphql : 'application/json';
}
