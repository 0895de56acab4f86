import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';

/** Only comments: GraphiQL keeps using the name of the operation it showed first for a moment after it was replaced. */
const welcome = `# Welcome to Pagehive.
#
# Write an operation here and run it with Ctrl-Enter. The docs are behind the book on the left; Ctrl-Space completes names.
# To begin with:   { jobs(first: 10) { nodes { name status progressPercentage } } }
#
# A subscription runs until you stop it. Keep it in a separate window: changing tabs stops it.

`;

/** Maximum bytes written to a socket at once. */
const pieceBytes = 64 * 1024;

let page: { content: Buffer; policy: string } | null = null;

/**
 * Responds with GraphiQL, which loads nothing from other sites. The page has nine megabytes. It is rendered once and
 * sent from the same memory to all clients, no faster than each reads it.
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

/** Lets other requests run after each piece: an idle socket would accept megabytes at once. */
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

/**
 * Returns the page's Content-Security-Policy: it runs only its own scripts. Its editor creates workers and styles at
 * run time.
 */
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
