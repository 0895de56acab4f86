import type { ServerResponse } from 'node:http';
import type { Plugin } from 'graphql-yoga';
import type { ReceivedParams } from './params.ts';

/** A request whose body has been read before Yoga sees it. */
export interface ReceivedRequest {
  res: ServerResponse;
  received: ReceivedParams;
  /** Called with each response that becomes a stream of events. */
  onStream: (response: ServerResponse) => void;
}

/** Has Yoga use the parameters that were read already. */
export function createReceivedParams(): Plugin<object, ReceivedRequest> {
  return {
    onRequestParse({ request, serverContext, setRequestParser }) {
      // Other methods are Yoga's to refuse.
      if (request.method === 'POST' || request.method === 'GET') setRequestParser(() => serverContext.received.params);
    },
  };
}
