import { type GraphqlAnswer, graphql } from '../graphql.ts';
import { type Operation, overWebSocket } from './websocket-client.ts';

/** Sends an operation over HTTP and WebSocket. Returns both responses; a refused subscription also has one. */
export async function overBothTransports(
  url: string,
  { query, variables }: Operation,
): Promise<Partial<GraphqlAnswer>[]> {
  const [webSocket = {}] = await overWebSocket(url, { query, variables });
  return [await graphql(url, query, variables), webSocket];
}
