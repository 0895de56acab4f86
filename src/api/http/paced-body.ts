import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { RequestError } from '../../errors.ts';
import { takeReadTurn } from '../answers/turns.ts';

/** Minimum speed of a client. */
export interface Pace {
  /** Minimum rate. Bytes that arrive early are credited for at most `stallMs`. */
  bytesPerSecond: number;
  /** Maximum time without data, in milliseconds. */
  stallMs: number;
  /** Time limit of a whole body, in milliseconds from the first read. */
  totalMs: number;
}

/** Maximum time that one wait counts: a pause of this process costs its clients no more. */
const tickMs = 1_000;

/**
 * Bytes that may arrive on a connection beyond twice the body's size: headers, the next request. Chunks of one byte
 * (Transfer-Encoding: chunked) would cost a hundred times their size.
 */
const spareBytes = 128 * 1024;

/** Thrown for chunks that cost far more than their bytes: not one more of them should be read. */
export class SmallChunksError extends RequestError {
  constructor() {
    super('BAD_REQUEST', { message: 'The chunks of the body are too small.' });
    this.name = 'SmallChunksError';
  }
}

/**
 * Yields the body of a request as it arrives. Throws REQUEST_TIMEOUT if the client is slower than `pace`, the reason of
 * `signal` if it is aborted, and an error if the client disconnects. Counts only time spent waiting for the client, not
 * the time that the consumer takes. Leaves the request open, so that it can still be answered.
 *
 * The parser makes an object of each chunk, before anything can refuse them. So a connection with chunks is read in
 * turn, and not while the bytes of others are parsed.
 */
export async function* pacedBody(
  request: IncomingMessage,
  { bytesPerSecond, stallMs, totalMs }: Pace,
  signal?: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  let creditMs = stallMs;
  let waitedMs = 0;
  let received = 0;
  const { bytesRead: before } = request.socket;
  const isChunked = request.headers['transfer-encoding'] !== undefined;
  for (;;) {
    signal?.throwIfAborted();
    const chunk: Buffer | null = request.read();
    if (chunk !== null) {
      received += chunk.length;
      if (request.socket.bytesRead - before > 2 * received + spareBytes) {
        throw new SmallChunksError();
      }
      creditMs = Math.min(stallMs, creditMs + (chunk.length / bytesPerSecond) * 1_000);
      if (isChunked) await readInTurn(request.socket);
      yield chunk;
    } else if (request.readableEnded) {
      return;
    } else if (request.destroyed) {
      throw new Error('the client disconnected in the middle of a body');
    } else if (creditMs <= 0 || waitedMs >= totalMs) {
      throw new RequestError('REQUEST_TIMEOUT');
    } else {
      const charged = await waitForData(request, Math.min(tickMs, creditMs, totalMs - waitedMs), signal);
      creditMs -= charged;
      waitedMs += charged;
    }
  }
}

/** Reads nothing more from the connection until its turn comes. */
async function readInTurn(socket: Socket): Promise<void> {
  socket.pause();
  await takeReadTurn();
  socket.resume();
}

/** Resolves when there may be something to read, at the latest after `ms`, with the elapsed time, at most `ms`. */
function waitForData(request: IncomingMessage, ms: number, signal?: AbortSignal): Promise<number> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const events = ['readable', 'end', 'close', 'error'];
    const done = () => {
      for (const event of events) request.off(event, done);
      signal?.removeEventListener('abort', done);
      clearTimeout(timer);
      resolve(Math.min(ms, performance.now() - startedAt));
    };
    for (const event of events) request.once(event, done);
    signal?.addEventListener('abort', done);
    // After a pause of this process, timers fire before the data that arrived meanwhile is read.
    const timer = setTimeout(() => setImmediate(done), ms);
  });
}
