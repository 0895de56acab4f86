import { connect, isIP, type Socket } from 'node:net';
import tls from 'node:tls';
import { afterRunning } from '../../ops/running-time.ts';

export interface Backend {
  host: string;
  port: number;
  /** Whether the connection is encrypted, or the options of its encryption. */
  ssl: unknown;
  processId: number;
  secretKey: number;
}

/** Maximum time of a request, in milliseconds of running time. If it fails, the statement's timeout remains. */
const patienceMs = 10_000;

const sslRequest = message(1234, 5679);
const accepted = 'S'.charCodeAt(0);

/**
 * Asks PostgreSQL to cancel the statement that a connection runs. Resolves when the request was handled or failed. The
 * protocol sends such requests over a separate connection. PgBouncer forwards them to the server that runs the
 * statement.
 *
 * The server closes that connection, never this side: PgBouncer 1.18 exits when a client hangs up during a request.
 */
export async function requestCancel(backend: Backend): Promise<void> {
  const { host, port, ssl, processId, secretKey } = backend;
  const request = message(1234, 5678, processId, secretKey);
  const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);
  await new Promise<void>((resolve) => {
    const timer = afterRunning(patienceMs, () => socket.destroy());
    socket.once('close', () => {
      timer.stop();
      resolve();
    });
    socket.on('error', () => socket.destroy());
    socket.once('connect', () => {
      if (ssl === false) socket.resume().write(request);
      else secure(socket, backend, request);
    });
  });
}

/** Encrypts the request as the connection is encrypted, because it contains a secret. */
function secure(socket: Socket, { host, ssl }: Backend, request: Buffer): void {
  const options = typeof ssl === 'object' && ssl !== null ? ssl : {};
  const servername = isIP(host) === 0 ? { servername: host } : {};
  socket.write(sslRequest);
  socket.once('data', (answer) => {
    if (answer[0] !== accepted) {
      socket.destroy();
      return;
    }
    const encrypted = tls.connect({ socket, host, ...servername, ...options }, () => encrypted.write(request));
    encrypted.on('error', () => socket.destroy()).resume();
  });
}

/** A message without a type byte, as sent before a session starts. */
function message(high: number, low: number, ...words: number[]): Buffer {
  const buffer = Buffer.alloc(8 + 4 * words.length);
  buffer.writeInt32BE(buffer.length, 0);
  buffer.writeInt16BE(high, 4);
  buffer.writeInt16BE(low, 6);
  for (const [index, word] of words.entries()) buffer.writeInt32BE(word, 8 + 4 * index);
  return buffer;
}
