import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { portOf } from '../download/pdf-server.ts';

export interface TcpProxy extends AsyncDisposable {
  /** Returns the URL with its host and port replaced by those of the proxy. */
  through(url: string): string;
  /** Cuts all connections and refuses new ones, like a server that died. */
  goDown(): Promise<void>;
  comeBack(): Promise<void>;
}

/** Proxies a server that tests share, so that one test can take it down for its own service only. */
export async function startTcpProxy(target: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const upstream = connect(Number(port), hostname);
    for (const [from, to] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      sockets.add(from);
      from.on('error', () => {});
      from.once('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const own = portOf(server);
  async function goDown(): Promise<void> {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  }
  return {
    through(url) {
      const address = new URL(url);
      address.hostname = '127.0.0.1';
      address.port = String(own);
      return address.href;
    },
    goDown,
    async comeBack() {
      server.listen(own, '127.0.0.1');
      await once(server, 'listening');
    },
    [Symbol.asyncDispose]: goDown,
  };
}
