import { createSourceEventStream, type ExecutionArgs, type ExecutionResult, execute } from 'graphql';
import type { Cursor } from '../../progress/state.ts';
import { Watcher } from '../../progress/watcher.ts';
import { Results, type ResultsOptions } from './results.ts';
import { shareResult, sharingOf } from './shared-events.ts';

type Result = ExecutionResult | Promise<ExecutionResult>;

/** How the events of a subscription are executed; the errors in their results are masked. */
export interface EventExecution {
  /** The group of subscribers for whom fields have the same values: those with a key, or those with a watch token. */
  audience: string;
  /** Executes the selection for all subscribers that share the result. */
  forAll: (event: Cursor) => Result;
  /** Executes the selection for one subscriber. `over` aborts when the result was sent or is no longer awaited. */
  forOne: (event: Cursor, over: AbortSignal) => Result;
  /** Calls back when it is this client's turn. */
  inTurn: ResultsOptions['inTurn'];
}

export type Subscribe = (args: ExecutionArgs, execution?: EventExecution) => Promise<Results | ExecutionResult>;

/**
 * graphql-js's `subscribe` with three differences. An event is executed once for all subscribers that selected the same
 * fields of it. Otherwise, each event has its own context: loaders are cached on the context, so the context of a
 * stream would return rows from its beginning. And the iterator is written by hand, so that a client that disconnects
 * ends the source at once, even while an event is awaited.
 */
export function createSubscribe(mask: (result: ExecutionResult) => ExecutionResult): Subscribe {
  return async (args, { audience, forAll, forOne, inTurn } = atOnce(args)) => {
    const source = await createSourceEventStream(args);
    if (!(Symbol.asyncIterator in source)) return mask(source);
    if (!(source instanceof Watcher)) throw new Error('every subscription is a watcher of the hub');
    const sharing = sharingOf(args, audience);
    return new Results(source, {
      areShared: sharing !== null,
      resultOf: (state, over) =>
        sharing === null ? forOne(state, over) : shareResult(state, sharing, () => forAll(state)),
      inTurn,
    });
  };
}

function atOnce(args: ExecutionArgs): EventExecution {
  const execution = (rootValue: Cursor) =>
    execute({ ...args, contextValue: Object.assign({}, args.contextValue), rootValue });
  return { audience: '', forAll: execution, forOne: execution, inTurn: (begin) => begin() };
}
