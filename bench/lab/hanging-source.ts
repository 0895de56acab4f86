import { once } from 'node:events';
import { createServer } from 'node:http';

/**
 * A server that starts to send a document and then hangs, so that a job downloading it runs without using the
 * processor.
 */
export async function startHangingSource(): Promise<AsyncDisposable & { url: string }> {
  const server = createServer((_, response) => {
    response.on('error', () => undefined);
    response.writeHead(200, { 'content-type': 'application/pdf', 'content-length': 1_000_000 }).write('%PDF-1.7\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the source has no port');
  return {
    url: `http://127.0.0.1:${address.port}/endless.pdf`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
