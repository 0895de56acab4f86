import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { portOf } from '../download/pdf-server.ts';

export interface LossyProxy extends AsyncDisposable {
  origin: string;
  /** Cuts every open connection. */
  cut(): void;
  /** Cuts the next connection that has sent this many bytes to the server. */
  cutAfterSending(bytes: number): void;
  /** Cuts each connection after this many bytes to the client, even in the middle of a message; null stops cutting. */
  cutAnswers(afterBytes: (() => number) | null): void;
  /** The number of connections that `cutAnswers` has cut. */
  readonly answersCut: number;
  /** Cuts the next connection on which the server responds, and drops that response. */
  loseAnswer(): void;
}

/** Starts a proxy to a server on loopback that loses connections on demand. */
export async function startLossyProxy(targetPort: number): Promise<LossyProxy> {
  const open = new Set<Socket>();
  let cutAt = Number.POSITIVE_INFINITY;
  let losing = false;
  let answersCut = 0;
  let lengthOfAnswers: (() => number) | null = null;
  function cut(): void {
    for (const socket of open) socket.resetAndDestroy();
  }
  const server = createServer((near) => {
    const far = connect(targetPort, '127.0.0.1');
    let sent = 0;
    let left = lengthOfAnswers?.() ?? Number.POSITIVE_INFINITY;
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.on('data', (chunk) => {
      sent += chunk.length;
      far.write(chunk);
      if (sent < cutAt) return;
      cutAt = Number.POSITIVE_INFINITY;
      near.resetAndDestroy();
    });
    far.on('data', (chunk) => {
      if (losing) near.resetAndDestroy();
      else if (chunk.length < left || lengthOfAnswers === null) near.write(chunk);
      else {
        // `end` delivers the bytes before the cut; a reset would drop them.
        near.end(chunk.subarray(0, left));
        answersCut++;
      }
      left -= chunk.length;
      losing = false;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${portOf(server)}`,
    cut,
    cutAfterSending(bytes) {
      cutAt = bytes;
    },
    cutAnswers(afterBytes) {
      lengthOfAnswers = afterBytes;
    },
    get answersCut() {
      return answersCut;
    },
    loseAnswer() {
      losing = true;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      cut();
      await once(server, 'close');
    },
  };
}
