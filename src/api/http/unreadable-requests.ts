import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { RequestError } from '../../errors.ts';
import { type RawRefusal, refuseSocket } from './answers.ts';
import { HttpError } from './guards.ts';
import type { QueuedResponses } from './queued-responses.ts';

/**
 * Responds to requests that Node.js cannot read. Its own responses have no security headers and do not state what is
 * wrong.
 */
export function refuseUnreadableRequests(server: Server, queued: QueuedResponses, refusal: RawRefusal): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // The client has disconnected, or a refusal would become part of a response.
    if (!socket.writable || queued.haveBegun(socket)) socket.destroy();
    else refuseSocket(socket, reasonOf(error), refusal);
  });
}

function reasonOf({ code }: NodeJS.ErrnoException): Error {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new HttpError(431, 'The headers of the request are too large: send at most 16 KiB.');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new RequestError('PAYLOAD_TOO_LARGE', { message: 'The chunk extensions of the body are too large.' });
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new RequestError('REQUEST_TIMEOUT', { message: 'The request arrived too slowly.' });
    default:
      return new HttpError(400, 'The request is not valid HTTP/1.1.');
  }
}

/** Throws an error for a value of `Expect` other than `100-continue`. Clients of HTTP/1.0 do not know the header. */
export function checkExpectation({ headers: { expect }, httpVersion }: IncomingMessage): void {
  if (expect === undefined || httpVersion === '1.0' || /(?:^|\W)100-continue(?:$|\W)/i.test(expect)) return;
  throw new HttpError(417, 'Send Expect: 100-continue, or no Expect.');
}
