import { createSourceEventStream, type ExecutionArgs, type ExecutionResult, execute } from 'graphql';
import type { Cursor } from '../../progress/state.ts';
import { Watcher } from '../../progress/watcher.ts';
import { Results } from './results.ts';
import { shareResult, sharingOf } from './shared-events.ts';

/** Executes the selection of a subscription on an event. */
type ExecuteEvent = (event: Cursor) => ExecutionResult | Promise<ExecutionResult>;

export type Subscribe = (args: ExecutionArgs, executeEvent?: ExecuteEvent) => Promise<Results | ExecutionResult>;

/**
 * graphql-js's `subscribe` with three differences. An event is executed once for all subscribers that selected the same
 * fields of it. Otherwise, each event has its own context: loaders are cached on the context, so one as old as its
 * stream would return rows as old as that. And the iterator is written by hand, so that a client that disconnects ends
 * the source at once, even while an event is awaited.
 */
export function createSubscribe(mask: (result: ExecutionResult) => ExecutionResult): Subscribe {
  return async (args, executeEvent = inOwnContext(args)) => {
    const source = await createSourceEventStream(args);
    if (!(Symbol.asyncIterator in source)) return mask(source);
    if (!(source instanceof Watcher)) throw new Error('every subscription is a watcher of the hub');
    const sharing = sharingOf(args);

    function resultOf(state: Cursor): ExecutionResult | Promise<ExecutionResult> {
      const result = executeEvent(state);
      return 'then' in result ? result.then(mask) : mask(result);
    }

    return new Results(source, (state) =>
      sharing === null ? resultOf(state) : shareResult(state, sharing, () => resultOf(state)),
    );
  };
}

function inOwnContext(args: ExecutionArgs): ExecuteEvent {
  return (rootValue) => execute({ ...args, contextValue: Object.assign({}, args.contextValue), rootValue });
}
