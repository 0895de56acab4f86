import { endpointOf } from './endpoint.ts';
import type { ProgressFragment, TypedDocumentString } from './generated/graphql.ts';
import { type JobProgressOptions, jobProgress } from './job-progress.ts';
import { type RequestOptions, sendRequest } from './request.ts';
import { createSocket } from './socket.ts';
import { type UploadBody, type UploadOptions, upload } from './upload.ts';

export interface ClientOptions {
  /** Where the server is, with or without `/graphql`. */
  url: string;
  /** The `WebSocket` class, where the platform has none: `ws` on Node.js before 22. */
  webSocket?: unknown;
}

/** A typed client. Everything throws `GraphQLRequestError` if the server refuses, `ServerUnreachableError` if none answers. */
export interface Client {
  /** The server's base URL. */
  readonly url: string;
  /** Sends a generated document. */
  request<Data, Variables>(
    document: TypedDocumentString<Data, Variables>,
    variables: Variables,
    options?: RequestOptions,
  ): Promise<Data>;
  /** Streams bytes to the server; gives the id for `createJob`. A `Blob` is sent again if the connection breaks. */
  upload(body: UploadBody, options?: UploadOptions): Promise<string>;
  /** The progress of a job until it is final, through lost connections and restarts of the server. */
  jobProgress(id: string, options?: JobProgressOptions): AsyncIterable<ProgressFragment>;
}

export function createClient({ url, webSocket }: ClientOptions): Client {
  const endpoint = endpointOf(url);
  let socket: ReturnType<typeof createSocket> | undefined;
  return {
    url: endpoint.base,
    request: (document, variables, options = {}) => sendRequest(endpoint, document, variables, options),
    upload: (body, options = {}) => upload(endpoint, body, options),
    jobProgress(id, options = {}) {
      // Not before it is needed: on Node.js without `ws` everything else works all the same.
      socket ??= createSocket(endpoint, webSocket);
      return jobProgress(endpoint, socket, id, options);
    },
  };
}
