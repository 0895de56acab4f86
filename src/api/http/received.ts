import type { ServerResponse } from 'node:http';
import type { Plugin } from 'graphql-yoga';
import type { ReceivedParams } from './params.ts';

/** A request whose body has been read before it reaches Yoga. */
export interface ReceivedRequest {
  res: ServerResponse;
  received: ReceivedParams;
  /** Called with each response that becomes a stream of events. */
  onStream: (response: ServerResponse) => void;
}

/** Makes Yoga use the parameters that were already read. */
export function createReceivedParams(): Plugin<object, ReceivedRequest> {
  return {
    onRequestParse({ request, serverContext, setRequestParser }) {
      // Yoga refuses other methods.
      if (request.method === 'POST' || request.method === 'GET') setRequestParser(() => serverContext.received.params);
    },
  };
}
