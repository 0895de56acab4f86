import type { ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { answerPieces } from '../answers/pieces.ts';
import type { MemoryBudget } from '../memory-budget.ts';
import { sendInPieces } from './pieces.ts';
import { Results } from './results.ts';
import { textOf } from './shared-events.ts';

/** An SSE comment: browsers consider a response started only when part of it has arrived. */
const keepAliveComment = ':\n\n';
const complete = 'event: complete\ndata:\n\n';

const headers = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store, no-transform',
  connection: 'keep-alive',
  // Prevents nginx from buffering events.
  'x-accel-buffering': 'no',
};

/** Yoga's context of a request to the HTTP server. */
export interface HttpContext {
  res: ServerResponse;
  /** The address of the client. */
  client: string;
}

export interface ServerSentEventsOptions {
  keepAliveMs: number;
  /** Budget of bytes in memory that clients have not read. */
  unsent: MemoryBudget;
  /** Whether a result should be sent in pieces. */
  isLarge: (result: ExecutionResult) => boolean;
}

/**
 * Subscriptions over HTTP: Server-Sent Events according to graphql-sse ("distinct connections"). Yoga's implementation
 * serializes each event for each subscriber, and its layers above the socket cost more than the socket. So this writes
 * to the response itself, and leaves Yoga nothing to send.
 */
export function createServerSentEvents(options: ServerSentEventsOptions): Plugin<object, HttpContext> {
  return {
    onResultProcess({ request, result, setResultProcessor, serverContext }) {
      if (!(result instanceof Results)) return;
      if (!acceptsEvents(request.headers.get('accept'))) {
        void result.return();
        setResultProcessor((_, { Response }) => new Response(null, { status: 406, headers: accepted }), '*/*');
        return;
      }
      setResultProcessor(async (_, { Response }) => {
        await answer(serverContext, result, options);
        return new Response();
      }, headers['content-type']);
    },
  };
}

const accepted = { accept: 'text/event-stream' };

function acceptsEvents(accept: string | null): boolean {
  const ranges = (accept ?? '*/*').split(',').map((range) => range.split(';')[0]?.trim().toLowerCase());
  return ['*/*', 'text/*', 'text/event-stream'].some((range) => ranges.includes(range));
}

async function answer(
  { res: response, client }: HttpContext,
  results: Results,
  { keepAliveMs, unsent, isLarge }: ServerSentEventsOptions,
): Promise<void> {
  if (response.destroyed) return void results.return();
  const held = unsent.open(client, () => response.destroy());
  const closed = new Promise<void>((resolve) => response.once('close', resolve));
  void closed.then(() => {
    held.release();
    void results.return();
  });
  response.writeHead(200, headers).write(keepAliveComment);
  // Its pieces keep the connection alive, and a comment between them would become part of the event.
  let isWithinEvent = false;
  const keepAlive = setInterval(() => {
    if (!response.destroyed && !response.writableNeedDrain && !isWithinEvent) response.write(keepAliveComment);
  }, keepAliveMs);

  function write(data: string | Buffer, written: () => void): void {
    const bytes = Buffer.byteLength(data);
    held.take(bytes);
    response.write(data, () => {
      held.take(-bytes);
      written();
    });
  }
  const writePiece = (piece: string) =>
    // Data written just before a socket closes is never reported as written.
    Promise.race([new Promise<void>((written) => write(piece, written)), closed]);

  try {
    const sent = results.sendAll({
      send(result, next) {
        if (response.destroyed) next();
        else if (!isLarge(result)) write(frameOf(result), next);
        else {
          isWithinEvent = true;
          void sendInPieces(frameInPieces(result), writePiece, () => !response.destroyed)
            .catch(() => response.destroy())
            .then(() => {
              isWithinEvent = false;
              next();
            });
        }
      },
    });
    // Data written just before a socket closes is never reported as sent.
    await Promise.race([sent, closed]);
    response.end(complete);
  } catch {
    // Aborted, not completed: the client sees that there is more to come.
    response.destroy();
  } finally {
    clearInterval(keepAlive);
  }
}

async function* frameInPieces(result: ExecutionResult): AsyncGenerator<string> {
  yield 'event: next\ndata: ';
  yield* answerPieces(result);
  yield '\n\n';
}

const frames = new WeakMap<ExecutionResult, Buffer>();

/** A result as an event, created once for all subscribers that share it. */
function frameOf(result: ExecutionResult): Buffer {
  const known = frames.get(result);
  if (known !== undefined) return known;
  const frame = Buffer.from(`event: next\ndata: ${textOf(result)}\n\n`);
  frames.set(result, frame);
  return frame;
}
