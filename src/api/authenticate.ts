import type { IncomingHttpHeaders } from 'node:http';
import { defaultTenantId } from './context.ts';

/** What somebody shows of himself: headers, and over WebSocket the payload of `connection_init`, as browsers choose no headers there. */
export interface Credentials {
  headers: IncomingHttpHeaders;
  connectionParams: Record<string, unknown>;
}

/** In whose name a request or a connection works. */
export interface Caller {
  tenantId: string;
}

/**
 * Null refuses for good: HTTP status 401 or close code 4401, and clients give up. Whatever is thrown refuses for now, as nobody
 * can tell who it is: close code 4403, and clients try again.
 */
export type Authenticate = (credentials: Credentials) => Caller | null | Promise<Caller | null>;

/** Until API keys exist, everybody who reaches the server is the one tenant. */
export function acceptEverybody(): Caller {
  return { tenantId: defaultTenantId };
}
