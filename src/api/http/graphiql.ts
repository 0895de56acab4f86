import { createHash } from 'node:crypto';
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

let page: { content: Buffer; policy: string } | null = null;

/**
 * Answers with GraphiQL, which loads nothing from elsewhere. The page has nine megabytes: it is made once, and sent from the
 * same memory to all, no faster than each reads it.
 */
export async function serveGraphiql(response: ServerResponse): Promise<void> {
  page ??= render();
  const { content, policy } = page;
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': content.length,
    'content-security-policy': policy,
    'cross-origin-opener-policy': 'same-origin',
  });
  await pipeline(Readable.from(piecesOf(content)), response);
}

/** After each piece other requests have their turn: sockets whose buffers are empty would take megabytes in one go. */
async function* piecesOf(content: Buffer): AsyncGenerator<Buffer, void, undefined> {
  for (let at = 0; at < content.length; at += pieceBytes) {
    yield content.subarray(at, at + pieceBytes);
    await setImmediate();
  }
}

function render(): { content: Buffer; policy: string } {
  const html = renderGraphiQL({ title: 'Pagehive', defaultQuery: welcome });
  return { content: Buffer.from(html), policy: policyOf(html) };
}

/** The page runs the scripts that it was made with, and no others. Its editor makes workers and styles as it goes. */
function policyOf(html: string): string {
  const scripts = [...html.matchAll(/<script>(.*?)<\/script>/gs)].map(([, script = '']) => {
    return `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
  });
  return [
    "default-src 'none'",
    `script-src ${scripts.join(' ')}`,
    'worker-src blob: data:',
    "style-src 'unsafe-inline'",
    'img-src data:',
    'font-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
