import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';

/** Comments alone: GraphiQL goes on asking for the name of an operation it showed first for a moment after it is replaced. */
const welcome = `# Welcome to Pagehive.
#
# Write an operation here and run it with Ctrl-Enter. The docs are behind the book on the left; Ctrl-Space completes names.
# To begin with:   { jobs(first: 10) { nodes { name status progressPercentage } } }
#
# A subscription runs until you stop it. Keep it in a window of its own: changing tabs stops it.

`;

/** Bytes that are handed to a socket in one go. */
const pieceBytes = 64 * 1024;

let page: Buffer | null = null;

/**
 * Answers with GraphiQL, which loads nothing from elsewhere. The page has nine megabytes: it is made once, and sent from the
 * same memory to all, no faster than each reads it.
 */
export async function serveGraphiql(response: ServerResponse): Promise<void> {
  page ??= Buffer.from(renderGraphiQL({ title: 'Pagehive', defaultQuery: welcome }));
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-length': page.length });
  await pipeline(Readable.from(piecesOf(page)), response);
}

/** After each piece other requests have their turn: sockets whose buffers are empty would take megabytes in one go. */
async function* piecesOf(content: Buffer): AsyncGenerator<Buffer, void, undefined> {
  for (let at = 0; at < content.length; at += pieceBytes) {
    yield content.subarray(at, at + pieceBytes);
    await setImmediate();
  }
}
