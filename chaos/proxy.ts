import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { StatementName } from './schedule.ts';
import type { Statements } from './statements.ts';

/** The only path from one service to one server. */
export interface FaultyProxy extends AsyncDisposable {
  readonly port: number;
  /** Resets every connection and refuses new ones until `heal`. */
  cut(): void;
  /** Silences every connection permanently, and new ones until `heal`: no bytes pass, nothing is closed. */
  silence(): void;
  /** Lets new connections work. Silent ones stay silent, as half-open connections do. */
  heal(): void;
}

/** A reply that is dropped by the first proxy that sees its statement. */
export interface LostReply {
  statement: StatementName;
  ending: 'reset' | 'silence';
  /** When it was dropped; null before. */
  at: number | null;
}

/** How long a server keeps a silent connection after its client gave up, in milliseconds. */
const serverHoldsMs = 15_000;

class Link {
  readonly near: Socket;
  readonly far: Socket;
  silent = false;
  losing: LostReply | null = null;

  constructor(near: Socket, far: Socket) {
    this.near = near;
    this.far = far;
  }

  reset(): void {
    reset(this.near);
    reset(this.far);
  }
}

/** Resets a socket. One that is connecting or ending cannot be reset: Node.js would not even close it. */
function reset(socket: Socket): void {
  if (socket.connecting || socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}

export interface ProxyOptions {
  targetPort: number;
  statements: Statements;
  /** Replies to drop; consulted for each statement. */
  lostReplies: LostReply[];
}

export async function startProxy({ targetPort, statements, lostReplies }: ProxyOptions): Promise<FaultyProxy> {
  const links = new Set<Link>();
  const timers = new Set<NodeJS.Timeout>();
  let mode: 'pass' | 'refuse' | 'silent' = 'pass';

  function accept(near: Socket): void {
    near.on('error', () => undefined);
    if (mode === 'refuse') {
      reset(near);
      return;
    }
    const far = connect(targetPort, '127.0.0.1');
    far.on('error', () => undefined);
    const link = new Link(near, far);
    link.silent = mode === 'silent';
    links.add(link);
    near.on('data', (chunk) => {
      if (link.silent) return;
      link.losing ??= replyToLose(chunk);
      far.write(chunk);
    });
    far.on('data', (chunk) => {
      if (link.losing !== null) lose(link, link.losing);
      else if (!link.silent) near.write(chunk);
    });
    near.on('close', () => {
      if (!link.silent) far.destroy();
      else hold(link);
      links.delete(link);
    });
    far.on('close', () => {
      if (!link.silent) near.destroy();
    });
  }

  function replyToLose(chunk: Buffer): LostReply | null {
    // Parse even if no reply is to be dropped: the text of a statement is sent only once.
    const found = statements.in(chunk);
    const reply = lostReplies.find(({ statement, at }) => at === null && found.includes(statement)) ?? null;
    if (reply !== null) reply.at = Date.now();
    return reply;
  }

  function lose(link: Link, reply: LostReply): void {
    link.losing = null;
    if (reply.ending === 'reset') link.reset();
    else link.silent = true;
  }

  function hold({ far }: Link): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      far.destroy();
    }, serverHoldsMs);
    timers.add(timer);
    far.once('close', () => {
      clearTimeout(timer);
      timers.delete(timer);
    });
    held.add(far);
    far.once('close', () => held.delete(far));
  }

  const held = new Set<Socket>();
  const server = createServer(accept);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    port: address.port,
    cut() {
      mode = 'refuse';
      for (const link of links) link.reset();
    },
    silence() {
      mode = 'silent';
      for (const link of links) link.silent = true;
    },
    heal() {
      mode = 'pass';
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const link of links) link.reset();
      for (const far of held) far.destroy();
      for (const timer of timers) clearTimeout(timer);
      await closed;
    },
  };
}
