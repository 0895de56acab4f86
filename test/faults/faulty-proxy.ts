import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { portOf } from '../download/pdf-server.ts';

/** A proxy to a server on loopback that fails on demand. */
export interface FaultyProxy extends AsyncDisposable {
  /** Returns the URL with its host and port replaced by those of the proxy. */
  through(url: string): string;
  /** Silences every connection permanently, and new ones until `heal`: nothing passes, nothing is closed. */
  silence(): void;
  /** Permanently silences the connections on which `text` was ever sent. */
  silenceThoseThatSent(text: string): void;
  /** Lets new connections work. Silent ones stay silent, as half-open connections do. */
  heal(): void;
  /**
   * Drops the reply to the next statement that contains `text`, and its connection. Resolves once that has happened.
   * The COMMIT of a transaction with several statements is sent alone, that of a single statement is sent with it.
   */
  loseReplyTo(text: string | { alone: string }): Promise<void>;
}

interface Link {
  sent: string;
  silent: boolean;
  /** Called when the reply arrives, instead of forwarding it. */
  lose: (() => void) | null;
}

/** Bytes before the text of a simple query: its type and length. */
const headerBytes = 5;

export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const links = new Set<Link>();
  let silent = false;
  let losing: { isIn: (chunk: Buffer) => boolean; lost: () => void } | null = null;

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
      if (losing?.isIn(chunk)) {
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
        const isIn = (chunk: Buffer) =>
          typeof text === 'string' ? chunk.includes(text) : chunk.subarray(headerBytes).equals(Buffer.from(text.alone));
        losing = { isIn, lost: resolve };
      }),
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
