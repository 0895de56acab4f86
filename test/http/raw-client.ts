import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A client socket that need not follow HTTP, and does not close its side when the server does. */
export interface RawClient extends Disposable {
  socket: Socket;
  /** Sends bytes unchanged. */
  send(text: string | Buffer): void;
  /** Everything received up to the first bytes of a response body. */
  answered: Promise<string>;
  /** Everything received, once the server has closed the connection. */
  ended: Promise<string>;
  /** Everything received so far. */
  readonly received: string;
}

export async function openRawClient(port: number): Promise<RawClient> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let text = '';
  const answered = new Promise<string>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (/\r\n\r\n./.test(text)) resolve(text);
    });
  });
  // A reset also ends the connection.
  socket.on('error', () => undefined);
  const ended = Promise.race([once(socket, 'end'), once(socket, 'close')]).then(() => text);
  // The server may reset the connection before a test awaits its end.
  ended.catch(() => undefined);
  await once(socket, 'connect');
  return {
    socket,
    send: (content) => void socket.write(content),
    answered,
    ended,
    get received() {
      return text;
    },
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

/** A request head with these headers. */
export function head(method: string, path: string, headers: Record<string, string | number> = {}): string {
  const lines = Object.entries({ host: 'localhost', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** Parses the status, error code and head of an HTTP response. */
export function answerIn(text: string): { status: number; code: string | undefined; head: string } {
  const [headText = '', body = ''] = text.split('\r\n\r\n', 2);
  const code = /"code":"(\w+)"/.exec(body)?.[1];
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(headText)?.[1] ?? 0), code, head: headText.toLowerCase() };
}
