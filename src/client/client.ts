import { batchProgress } from './batch-progress.ts';
import { type ApiKey, endpointOf } from './endpoint.ts';
import type { BatchCountsFragment, ProgressFragment } from './generated/graphql.ts';
import { jobProgress } from './job-progress.ts';
import { type JobUpdatesOptions, jobUpdates } from './job-updates.ts';
import { createOperations, type Operations, type Request } from './operations.ts';
import type { ProgressOptions } from './progress.ts';
import { sendRequest } from './request.ts';
import { resume } from './resume.ts';
import { createSocketTransport } from './socket.ts';
import { createSseTransport } from './sse.ts';
import { createStream, type Stream } from './stream.ts';
import type { Subscribe } from './transport.ts';
import { type UploadBody, type UploadOptions, upload } from './upload.ts';

export interface ClientOptions {
  /**
   * The server's URL, with or without `/graphql`; in a browser it may be relative, such as `/` for the page's own
   * server.
   */
  url: string;
  /** An API key, or a function that returns one. */
  apiKey?: ApiKey;
  /** Transport of subscriptions. Default: `websocket` if available, else `sse`. */
  transport?: 'websocket' | 'sse';
  /** A `WebSocket` class for platforms without one, such as `ws` on Node.js before 22. */
  webSocket?: unknown;
}

/**
 * A typed client. Every method throws `GraphQLRequestError` if the server refuses, `ServerUnreachableError` if none
 * responds.
 */
export interface Client extends Operations {
  /** The server's base URL. */
  readonly url: string;
  /** Sends any generated document. */
  request: Request;
  /** Streams bytes to the server; returns the id for `createJob`. A `Blob` is sent again if the connection breaks. */
  upload(body: UploadBody, options?: UploadOptions): Promise<string>;
  /**
   * The progress of a job until it is final: its current state, then every change. Survives lost connections and server
   * restarts: events never repeat or go backwards, and the final state always arrives.
   */
  jobProgress(id: string, options?: ProgressOptions): Stream<ProgressFragment>;
  /** The counts of a batch until it is final, as reliable as `jobProgress`, at most ten times a second. */
  batchProgress(id: string, options?: ProgressOptions): Stream<BatchCountsFragment>;
  /**
   * Changes of all your jobs from now on, without an end. Changes while the connection is lost are missed: query `jobs`
   * whenever the state is `connected`, and keep the version of a job with the higher revision.
   */
  jobUpdates(options?: JobUpdatesOptions): Stream<ProgressFragment>;
}

export function createClient({ url, apiKey, transport, webSocket }: ClientOptions): Client {
  const endpoint = endpointOf(url, apiKey);
  const hasWebSocket = webSocket !== undefined || typeof WebSocket !== 'undefined';
  let opened: Subscribe | undefined;
  // Opened only when needed: everything else works without a WebSocket.
  function open(): Subscribe {
    const sockets = (transport ?? (hasWebSocket ? 'websocket' : 'sse')) === 'websocket';
    return sockets ? createSocketTransport(endpoint, webSocket) : createSseTransport(endpoint);
  }
  const subscribe: Subscribe = (document, variables, connection) => {
    opened ??= open();
    return opened(document, variables, connection);
  };
  const request: Request = (document, variables, options = {}) => sendRequest(endpoint, document, variables, options);
  return {
    url: endpoint.base,
    request,
    ...createOperations(request),
    upload: (body, options = {}) => upload(endpoint, body, options),
    jobProgress: (id, options = {}) =>
      createStream((stop) => resume(jobProgress(subscribe, id, options), endpoint.base, options, stop)),
    batchProgress: (id, options = {}) =>
      createStream((stop) => resume(batchProgress(subscribe, id, options), endpoint.base, options, stop)),
    jobUpdates: (options = {}) =>
      createStream((stop) => resume(jobUpdates(subscribe, options), endpoint.base, options, stop)),
  };
}
