import type { IncomingHttpHeaders } from 'node:http';
import type { FailedAttempts } from '../tenants/failed-attempts.ts';
import type { KeyHolder, KeyRing } from '../tenants/key-ring.ts';
import { parseKeyText } from '../tenants/key-text.ts';
import { allScopes, type Scope } from '../tenants/scopes.ts';
import { defaultTenantId } from './context.ts';

/** The caller's credentials: headers, and over WebSocket the payload of `connection_init`, as browsers set no headers there. */
export interface Credentials {
  headers: IncomingHttpHeaders;
  connectionParams: Record<string, unknown>;
  /** The address of the client. */
  address: string;
}

/** In whose name a request or a connection works. */
export interface Caller {
  tenantId: string;
  scopes: ReadonlySet<Scope>;
  /** The UUID of the key; null where no key is required. */
  keyId: string | null;
}

/** A caller who was let in. */
export interface Admission {
  caller: Caller;
  /** Calls back when the credentials no longer count: open connections end then. */
  whenEnded(end: () => void): Disposable;
}

/**
 * Null refuses for good: HTTP status 401 or close code 4401, and clients give up. An error refuses for now, because the
 * caller cannot be identified: close code 4403, and clients try again.
 */
export type Authenticate = (credentials: Credentials) => Promise<Admission | null>;

/** Admits callers with a valid key and, as long as none is required, callers without credentials. */
export function createAuthenticate(keyRing: KeyRing, failedAttempts: FailedAttempts): Authenticate {
  const admit = (caller: Caller, holder: KeyHolder | null): Admission => ({
    caller,
    whenEnded: (end) => keyRing.whenEnded(holder, end),
  });

  async function findHolder(credentials: string, address: string): Promise<KeyHolder | null> {
    const key = parseKeyText(credentials);
    const known = key && keyRing.findKnown(key);
    if (known !== null) return known;
    await failedAttempts.check(address);
    const found = key && (await keyRing.find(key));
    if (found === null) await failedAttempts.note(address);
    return found;
  }

  return async ({ headers, connectionParams, address }) => {
    const shown = connectionParams.authorization ?? connectionParams.Authorization ?? headers.authorization;
    if (shown === undefined) {
      if (await keyRing.isRequired()) return null;
      return admit({ tenantId: defaultTenantId, scopes: allScopes, keyId: null }, null);
    }
    const holder = await findHolder(secretOf(shown), address);
    return holder && admit(holder, holder);
  };
}

const bearer = /^bearer +(\S+)$/i;
const basic = /^basic +([\w+/=-]+)$/i;

/**
 * The key in a header or a connection parameter: a bearer token (RFC 6750), or the password of any user (RFC 7617), which is
 * the only form that a browser sends when it opens a page. Empty if there is none.
 */
function secretOf(authorization: unknown): string {
  if (typeof authorization !== 'string') return '';
  const [, token] = bearer.exec(authorization) ?? [];
  if (token !== undefined) return token;
  const [, encoded] = basic.exec(authorization) ?? [];
  if (encoded === undefined) return '';
  const pair = Buffer.from(encoded, 'base64').toString();
  return pair.slice(pair.indexOf(':') + 1);
}
