import type { ExecutionResult } from 'graphql';
import { answerPieces } from '../answers/pieces.ts';
import type { Outbox } from './outbox.ts';
import { Results } from './results.ts';
import { textOf } from './shared-events.ts';
import type { SocketOperation } from './socket-operations.ts';

/**
 * Sends the result of an operation past graphql-ws, which would serialize each event again for each subscriber, and a
 * large response as a whole. graphql-ws gets a subscription without events instead.
 */
export function sendingOf(
  result: unknown,
  operation: SocketOperation,
  outbox: Outbox,
  isLarge: (result: ExecutionResult) => boolean,
): AsyncIterableIterator<never> {
  const begin = `{"id":${JSON.stringify(operation.id)},"type":"next","payload":`;
  const send = (each: ExecutionResult, sent: () => void) =>
    outbox.send(isLarge(each) ? inPieces(begin, each) : `${begin}${textOf(each)}}`, sent);
  if (result instanceof Results) {
    const sendAll = () => result.sendAll({ send, whenReady: () => outbox.whenReady() });
    const stop = () => {
      // Makes room for another subscription at once.
      if (result.isWaiting) operation.end();
      void result.return();
    };
    return withoutEvents(sendAll, stop, operation);
  }
  operation.answered();
  const sendIt = () => new Promise<void>((sent) => (isResult(result) ? send(result, sent) : sent()));
  return withoutEvents(sendIt, () => undefined, operation);
}

function isResult(result: unknown): result is ExecutionResult {
  return typeof result === 'object' && result !== null && ('data' in result || 'errors' in result);
}

async function* inPieces(begin: string, result: ExecutionResult): AsyncGenerator<string> {
  yield begin;
  yield* answerPieces(result);
  yield '}';
}

/** Returns an iterator without events. It ends, and ends the operation, when everything has been sent. */
function withoutEvents(
  sendAll: () => Promise<void>,
  stop: () => void,
  operation: SocketOperation,
): AsyncIterableIterator<never> {
  let hasBegun = false;
  const nothing: AsyncIterableIterator<never> = {
    async next() {
      hasBegun = true;
      try {
        await sendAll();
      } finally {
        operation.end();
      }
      return { value: undefined, done: true };
    },
    async return() {
      stop();
      if (!hasBegun) operation.end();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]: () => nothing,
  };
  return nothing;
}
