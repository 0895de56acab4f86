import { type Client, createClient } from '../client/client.ts';
import type { ClientConfig } from '../config/client-config.ts';

/** The client of a command. */
export async function openClient({ url, apiKey }: ClientConfig, { watches = false } = {}): Promise<Client> {
  // Node.js before 22 has no WebSocket. Commands that watch nothing do not need one.
  return createClient({
    url,
    apiKey: apiKey ?? undefined,
    webSocket: watches ? (await import('ws')).WebSocket : undefined,
  });
}
