import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { Server } from 'node:net';

export interface TestServer extends AsyncDisposable {
  /** Such as `http://127.0.0.1:1234`. */
  origin: string;
  host: string;
}

/** Starts an HTTP server on loopback. Disposal also cuts connections that hang on purpose. */
export async function serve(answer: RequestListener): Promise<TestServer> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${portOf(server)}`;
  return {
    origin: `http://${host}`,
    host,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('the server listens on no port');
  }
  return address.port;
}

/** Enough of a PDF to pass a check of its first bytes. */
export const pdf = Buffer.from(`%PDF-1.7\n${'%'.repeat(3000)}\n%%EOF\n`);
