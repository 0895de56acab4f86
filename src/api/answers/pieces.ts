import { setImmediate } from 'node:timers/promises';
import { stringifyChunked } from '@discoveryjs/json-ext';
import type { ExecutionResult } from 'graphql';

/** Approximate characters per piece of JSON: a longer string is its own piece. */
const pieceCharacters = 64 * 1024;

/** Time that serialization may take before other requests get their turn, in milliseconds. */
const turnMs = 10;

/**
 * Yields the JSON of a response in pieces, for responses that would block the event loop if they were serialized at
 * once. Between pieces, other requests are served.
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
