import { createSourceEventStream, type ExecutionArgs, type ExecutionResult, execute, type GraphQLError } from 'graphql';
import { shareResult, sharingOf } from './shared-events.ts';

export type Subscribe = (args: ExecutionArgs) => Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult>;

/**
 * graphql-js' `subscribe`, with three differences. An event is executed once for all who selected the same fields of the
 * event itself. Where it isn't, each event has a context of its own: loaders are cached on the context, and a context as
 * old as its stream would answer with rows as old as that. And the iterator is written by hand, so that a client that goes
 * away ends the source at once, also while an event is awaited.
 */
export function createSubscribe(mask: (error: GraphQLError) => GraphQLError): Subscribe {
  const masked = (result: ExecutionResult): ExecutionResult =>
    result.errors === undefined ? result : { ...result, errors: result.errors.map(mask) };

  return async (args) => {
    const source = await createSourceEventStream(args);
    if (!(Symbol.asyncIterator in source)) return masked(source);
    const events = source[Symbol.asyncIterator]();
    const sharing = sharingOf(args);

    async function resultOf(event: unknown): Promise<ExecutionResult> {
      const contextValue = Object.assign({}, args.contextValue);
      return masked(await execute({ ...args, contextValue, rootValue: event }));
    }

    const results: AsyncIterableIterator<ExecutionResult> = {
      async next() {
        const event = await events.next();
        if (event.done) return { value: undefined, done: true };
        const { value } = event;
        const shared = sharing !== null && typeof value === 'object' && value !== null;
        return {
          value: await (shared ? shareResult(value, sharing, () => resultOf(value)) : resultOf(value)),
          done: false,
        };
      },
      async return() {
        await events.return?.();
        return { value: undefined, done: true };
      },
      [Symbol.asyncIterator]() {
        return results;
      },
    };
    endWithRequest(args.contextValue, results);
    return results;
  };
}

/**
 * Over SSE, a client that goes away before Yoga has answered it leaves nothing for Yoga to cancel, and nobody else ends the
 * source. Over WebSocket there is no request, and graphql-ws sees to it.
 */
function endWithRequest(context: unknown, results: AsyncIterableIterator<ExecutionResult>): void {
  const request = typeof context === 'object' && context !== null && 'request' in context ? context.request : null;
  const signal = typeof request === 'object' && request !== null && 'signal' in request ? request.signal : null;
  if (typeof signal !== 'object' || signal === null || !('aborted' in signal) || !('addEventListener' in signal))
    return;
  const end = () => void results.return?.();
  if (signal.aborted) end();
  else if (typeof signal.addEventListener === 'function') signal.addEventListener('abort', end, { once: true });
}
