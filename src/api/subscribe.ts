import { createSourceEventStream, type ExecutionArgs, type ExecutionResult, execute } from 'graphql';

/**
 * graphql-js' `subscribe`, but each event is executed with a context of its own: loaders are cached on the context, and a
 * context as old as its stream would answer with rows as old as that. The iterator is written by hand so that a client
 * that goes away ends the source at once, also while an event is awaited.
 */
export async function subscribe(
  args: ExecutionArgs,
): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
  const source = await createSourceEventStream(args);
  if (!(Symbol.asyncIterator in source)) return source;
  const events = source[Symbol.asyncIterator]();
  const results: AsyncIterableIterator<ExecutionResult> = {
    async next() {
      const event = await events.next();
      if (event.done) return { value: undefined, done: true };
      const contextValue = Object.assign({}, args.contextValue);
      return { value: await execute({ ...args, contextValue, rootValue: event.value }), done: false };
    },
    async return() {
      await events.return?.();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]() {
      return results;
    },
  };
  return results;
}
