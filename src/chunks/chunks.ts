import { setImmediate } from 'node:timers/promises';
import { type Chunk, type ChunkOptions, type ChunkStart, firstChunk } from './chunk.ts';
import { Chunker } from './chunker.ts';
import { piecesOf } from './pieces.ts';
import { loadTokenCounter } from './tokens.ts';

/** Milliseconds of work before the event loop gets a turn. */
const workMs = 10;

/**
 * Yields the chunks of a document from a given start. Headings begin new chunks. A section that is too long is split
 * between blocks if that leaves no chunk half empty, otherwise between sentences or lines; words are split only if
 * necessary. The same pages and options always yield the same chunks, from any start. `pages` must begin with the page
 * of the overlap or start. Awaits `pause` after every ten milliseconds of work.
 */
export async function* chunksOf(
  pages: AsyncIterable<{ number: number; markdown: string }>,
  options: ChunkOptions,
  { from = firstChunk, pause = setImmediate }: { from?: ChunkStart; pause?: () => Promise<void> } = {},
): AsyncGenerator<Chunk> {
  const countTokens = await loadTokenCounter();
  const chunker = new Chunker(options, countTokens, from);
  let workUntil = performance.now() + workMs;
  for await (const page of pages) {
    for (const piece of piecesOf(page, options.maxTokens, countTokens)) {
      const chunk = chunker.take(piece);
      if (chunk !== null) yield chunk;
      if (performance.now() < workUntil) continue;
      await pause();
      workUntil = performance.now() + workMs;
    }
  }
  const last = chunker.end();
  if (last !== null) yield last;
}
