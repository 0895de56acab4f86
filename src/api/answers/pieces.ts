import { setImmediate } from 'node:timers/promises';
import { stringifyChunked } from '@discoveryjs/json-ext';
import type { ExecutionResult } from 'graphql';

/** Characters of one piece of JSON, more or less: a longer string is a piece of its own. */
const pieceCharacters = 64 * 1024;

/** Time that serialising may take before other requests get their turn, in milliseconds. */
const turnMs = 10;

/**
 * The JSON of an answer in pieces, for answers that would block the event loop if they were serialised at once. Between
 * pieces other requests are served.
 */
export async function* answerPieces(result: ExecutionResult): AsyncGenerator<string> {
  let since = performance.now();
  for (const piece of stringifyChunked(result, { highWaterMark: pieceCharacters })) {
    yield piece;
    if (performance.now() - since < turnMs) continue;
    await setImmediate();
    since = performance.now();
  }
}
