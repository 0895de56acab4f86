import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A socket of a client that need not keep to HTTP, and does not close its side when the server does. */
export interface RawClient extends Disposable {
  socket: Socket;
  /** Sends bytes as they are; lines of a head end with CRLF. */
  send(text: string | Buffer): void;
  /** What the server has sent by the time that an answer with a body has begun to arrive. */
  answered: Promise<string>;
  /** Everything that the server has sent, once it has ended the connection. */
  ended: Promise<string>;
  /** What the server has sent so far. */
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
  // A reset is an end, too.
  socket.on('error', () => undefined);
  const ended = Promise.race([once(socket, 'end'), once(socket, 'close')]).then(() => text);
  // The server may reset the connection before anybody awaits its end.
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

/** The head of a request to /graphql, with the headers given. */
export function head(method: string, path: string, headers: Record<string, string | number> = {}): string {
  const lines = Object.entries({ host: 'localhost', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** Status and error code of an HTTP answer. */
export function answerIn(text: string): { status: number; code: string | undefined; head: string } {
  const [headText = '', body = ''] = text.split('\r\n\r\n', 2);
  const code = /"code":"(\w+)"/.exec(body)?.[1];
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(headText)?.[1] ?? 0), code, head: headText.toLowerCase() };
}
