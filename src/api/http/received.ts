import type { ServerResponse } from 'node:http';
import type { Plugin } from 'graphql-yoga';
import { RequestError } from '../../errors.ts';
import { freeBytes } from './body-budget.ts';
import type { ReceivedParams } from './params.ts';

/** A request whose body has been read before Yoga sees it. */
export interface ReceivedRequest {
  res: ServerResponse;
  received: ReceivedParams;
  /** Called with each response that becomes a stream of events. */
  onStream: (response: ServerResponse) => void;
}

/** Has Yoga use the parameters that were read already. */
export function createReceivedParams(): Plugin<Partial<ReceivedRequest>, ReceivedRequest> {
  return {
    onRequestParse({ request, serverContext, setRequestParser }) {
      // Other methods are Yoga's to refuse.
      if (request.method === 'POST' || request.method === 'GET') setRequestParser(() => serverContext.received.params);
    },
    onSubscribe({ args }) {
      const { received, res, onStream } = args.contextValue;
      if (received === undefined || res === undefined) return;
      // A stream keeps its variables for as long as it is open, and the budget of body bytes is for those that end soon.
      if (received.bytes > freeBytes) {
        const message = `The request of a subscription must not exceed ${freeBytes} bytes.`;
        throw new RequestError('PAYLOAD_TOO_LARGE', { message });
      }
      onStream?.(res);
    },
  };
}
