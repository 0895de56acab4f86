import type { ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { Results } from './results.ts';
import { textOf } from './shared-events.ts';

/** A comment: browsers show an answer as begun only when something of it has arrived. */
const signOfLife = ':\n\n';
const complete = 'event: complete\ndata:\n\n';

const headers = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  connection: 'keep-alive',
  // Tells nginx not to collect events.
  'x-accel-buffering': 'no',
};

/** What Yoga hands on of a request that came to the HTTP server. */
export interface HttpContext {
  res: ServerResponse;
}

/**
 * Subscriptions over HTTP: Server-Sent Events as graphql-sse has them ("distinct connections"). Yoga's own way serialises
 * each event for each subscriber, and what is between it and the socket costs more than the socket; so this writes to the
 * response itself, and Yoga has nothing left to answer.
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
  response.writeHead(200, headers).write(signOfLife);
  const keepAlive = setInterval(() => {
    if (!response.destroyed && !response.writableNeedDrain) response.write(signOfLife);
  }, keepAliveMs);
  try {
    const sent = results.sendAll((result, next) => {
      if (response.destroyed) next();
      else response.write(frameOf(result), next);
    });
    // What is written in the moment before a socket closes is never reported as sent.
    await Promise.race([sent, closed]);
    response.end(complete);
  } catch {
    // Cut off, not completed: a client sees that there is more to come.
    response.destroy();
  } finally {
    clearInterval(keepAlive);
  }
}

const frames = new WeakMap<ExecutionResult, Buffer>();

/** A result as an event, made once for all who share it. */
function frameOf(result: ExecutionResult): Buffer {
  const known = frames.get(result);
  if (known !== undefined) return known;
  const frame = Buffer.from(`event: next\ndata: ${textOf(result)}\n\n`);
  frames.set(result, frame);
  return frame;
}
