import type { TypedDocumentString } from './generated/graphql.ts';

/** One connection of a subscription. Reconnecting is up to the caller. */
export interface Connection {
  signal: AbortSignal;
  /** Called once the server has accepted the subscription, or is about to. */
  onConnected: () => void;
}

/**
 * Runs a subscription on one connection: ends when the server completes it. Throws `ServerUnreachableError` when the
 * connection is lost, `GraphQLRequestError` when the server refuses, and the signal's reason when it is aborted.
 */
export type Subscribe = <Data, Variables extends Record<string, unknown>>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  connection: Connection,
) => AsyncIterable<Data>;
