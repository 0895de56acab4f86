import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { portOf } from '../download/pdf-server.ts';

/** A way to a server on loopback that fails when told to. */
export interface FaultyProxy extends AsyncDisposable {
  /** The address with the proxy in place of its host. */
  through(url: string): string;
  /** Every connection goes silent for good, also those that come until `heal`: nothing passes, nothing is closed. */
  silence(): void;
  /** The connections on which `text` was ever sent go silent for good. */
  silenceThoseThatSent(text: string): void;
  /** New connections work. Silent ones stay silent: nothing brings a half-open connection back. */
  heal(): void;
  /** Loses the reply to the next statement that holds `text`, and the connection with it. Resolves when it has done so. */
  loseReplyTo(text: string): Promise<void>;
}

interface Link {
  sent: string;
  silent: boolean;
  /** Called with the reply, in place of whoever waits for it. */
  lose: (() => void) | null;
}

export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const links = new Set<Link>();
  let silent = false;
  let losing: { text: string; lost: () => void } | null = null;

  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    const link: Link = { sent: '', silent, lose: null };
    links.add(link);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        sockets.delete(socket);
        links.delete(link);
        if (!link.silent) other.destroy();
      });
    }
    near.on('data', (chunk) => {
      if (link.silent) return;
      link.sent += chunk.toString('latin1');
      if (losing !== null && chunk.includes(losing.text)) {
        link.lose = losing.lost;
        losing = null;
      }
      far.write(chunk);
    });
    far.on('data', (chunk) => {
      if (link.lose !== null) {
        link.lose();
        near.resetAndDestroy();
      } else if (!link.silent) near.write(chunk);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    through(url) {
      const address = new URL(url);
      address.hostname = '127.0.0.1';
      address.port = String(portOf(server));
      return address.href;
    },
    silence() {
      silent = true;
      for (const link of links) link.silent = true;
    },
    silenceThoseThatSent(text) {
      for (const link of links) link.silent ||= link.sent.includes(text);
    },
    heal() {
      silent = false;
    },
    loseReplyTo: (text) =>
      new Promise((resolve) => {
        losing = { text, lost: resolve };
      }),
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
