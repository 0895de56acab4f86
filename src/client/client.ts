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
  /** Where the server is, with or without `/graphql`; in a browser it may be relative: `/` is the page's own server. */
  url: string;
  /** An API key, or a function that gets one. */
  apiKey?: ApiKey;
  /** What subscriptions go over. Default: `websocket` where there is one, else `sse`. */
  transport?: 'websocket' | 'sse';
  /** The `WebSocket` class, where the platform has none: `ws` on Node.js before 22. */
  webSocket?: unknown;
}

/** A typed client. Everything throws `GraphQLRequestError` if the server refuses, `ServerUnreachableError` if none answers. */
export interface Client extends Operations {
  /** The server's base URL. */
  readonly url: string;
  /** Sends any generated document. */
  request: Request;
  /** Streams bytes to the server; gives the id for `createJob`. A `Blob` is sent again if the connection breaks. */
  upload(body: UploadBody, options?: UploadOptions): Promise<string>;
  /**
   * The progress of a job until it is final: its current state, then every change. Lost connections and restarts of the
   * server are made up for: nothing comes twice, nothing steps back, and the final state always comes.
   */
  jobProgress(id: string, options?: ProgressOptions): Stream<ProgressFragment>;
  /** The counts of a batch until it is final, as reliable as `jobProgress`: ten times a second at most. */
  batchProgress(id: string, options?: ProgressOptions): Stream<BatchCountsFragment>;
  /**
   * What happens to all your jobs from now on, without an end. What happens while the connection is lost is not made up
   * for: query `jobs` whenever the state is `connected`, and of two views of a job keep the one with the higher revision.
   */
  jobUpdates(options?: JobUpdatesOptions): Stream<ProgressFragment>;
}

export function createClient({ url, apiKey, transport, webSocket }: ClientOptions): Client {
  const endpoint = endpointOf(url, apiKey);
  const hasWebSocket = webSocket !== undefined || typeof WebSocket !== 'undefined';
  let opened: Subscribe | undefined;
  // Not before it is needed: without a WebSocket everything else works all the same.
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
