import type { ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { Results } from './results.ts';
import { textOf } from './shared-events.ts';

/** A comment: browsers consider a response started only when part of it has arrived. */
const keepAliveComment = ':\n\n';
const complete = 'event: complete\ndata:\n\n';

const headers = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  connection: 'keep-alive',
  // Prevents nginx from buffering events.
  'x-accel-buffering': 'no',
};

/** Yoga's context of a request to the HTTP server. */
export interface HttpContext {
  res: ServerResponse;
}

/**
 * Subscriptions over HTTP: Server-Sent Events according to graphql-sse ("distinct connections"). Yoga's implementation
 * serializes each event for each subscriber, and its layers above the socket cost more than the socket. So this writes
 * to the response itself, and leaves Yoga nothing to send.
 */
export function createServerSentEvents(keepAliveMs: number): Plugin<object, HttpContext> {
  return {
    onResultProcess({ request, result, setResultProcessor, serverContext }) {
      if (!(result instanceof Results)) return;
      if (!acceptsEvents(request.headers.get('accept'))) {
        void result.return();
        setResultProcessor((_, { Response }) => new Response(null, { status: 406, headers: accepted }), '*/*');
        return;
      }
      setResultProcessor(async (_, { Response }) => {
        await answer(serverContext.res, result, keepAliveMs);
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

async function answer(response: ServerResponse, results: Results, keepAliveMs: number): Promise<void> {
  if (response.destroyed) return void results.return();
  const closed = new Promise<void>((resolve) => response.once('close', resolve));
  void closed.then(() => results.return());
  response.writeHead(200, headers).write(keepAliveComment);
  const keepAlive = setInterval(() => {
    if (!response.destroyed && !response.writableNeedDrain) response.write(keepAliveComment);
  }, keepAliveMs);
  try {
    const sent = results.sendAll((result, next) => {
      if (response.destroyed) next();
      else response.write(frameOf(result), next);
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

const frames = new WeakMap<ExecutionResult, Buffer>();

/** A result as an event, created once for all who share it. */
function frameOf(result: ExecutionResult): Buffer {
  const known = frames.get(result);
  if (known !== undefined) return known;
  const frame = Buffer.from(`event: next\ndata: ${textOf(result)}\n\n`);
  frames.set(result, frame);
  return frame;
}
