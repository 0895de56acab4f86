import type { IncomingHttpHeaders } from 'node:http';
import type { Secrets } from '../connections/secrets.ts';
import { RequestError } from '../errors.ts';
import type { FailedAttempts } from '../tenants/failed-attempts.ts';
import type { KeyHolder, KeyRing } from '../tenants/key-ring.ts';
import { parseKeyText, proofOfKey } from '../tenants/key-text.ts';
import type { Proof } from '../tenants/proof.ts';
import { allScopes, type Scope } from '../tenants/scopes.ts';
import { generationOf, isWatchToken, proofOfToken, readWatchToken } from '../tenants/watch-token.ts';
import type { Caller } from './caller.ts';
import { defaultTenantId } from './context.ts';

/** The caller's credentials: headers, or over WebSocket, where browsers cannot set headers, `connection_init`. */
export interface Credentials {
  headers: IncomingHttpHeaders;
  connectionParams: Record<string, unknown>;
  /** The address of the client. */
  address: string;
}

/** An admitted caller. */
export interface Admission {
  caller: Caller;
  /** Calls back when the credentials are no longer valid, so that open connections end. */
  whenEnded(end: () => void): Disposable;
}

/**
 * Null refuses for good: HTTP status 401 or close code 4401, and clients give up. An error refuses for now, because the
 * caller cannot be identified: close code 4403, and clients try again.
 */
export type Authenticate = (credentials: Credentials) => Promise<Admission | null>;

export interface AuthenticateOptions {
  keyRing: KeyRing;
  failedAttempts: FailedAttempts;
  secrets: Secrets;
}

const readOnly: ReadonlySet<Scope> = new Set<Scope>(['READ']);

/**
 * Admits callers with a valid key or watch token and, as long as no key is required, callers without credentials.
 */
export function createAuthenticate({ keyRing, failedAttempts, secrets }: AuthenticateOptions): Authenticate {
  async function admitAnonymous({ headers, address }: Credentials): Promise<Admission | null> {
    const anonymous = await keyRing.admitAnonymous();
    if (anonymous === null) return null;
    if (isForwarded(headers)) throw new RequestError('UNAUTHENTICATED', { message: forwardedWithoutKeys });
    const caller = callerWith(anonymous, {
      tenantId: defaultTenantId,
      address,
      scopes: allScopes,
      key: null,
      watch: null,
    });
    return { caller, whenEnded: (end) => keyRing.whenEnded(null, end) };
  }

  async function admitKey(text: string, address: string): Promise<Admission | null> {
    const key = parseKeyText(text);
    const proof = key && proofOfKey(key);
    const holder = (proof && keyRing.findKnown(proof)) ?? (await lookUp(proof, address));
    if (key === null || holder === null) return null;
    const { tenantId, scopes } = holder;
    const own = { id: key.id, generation: generationOf(key.hash) };
    const caller = callerWith(holder, { tenantId, address, scopes, key: own, watch: null });
    return { caller, whenEnded: (end) => keyRing.whenEnded(holder, end) };
  }

  function lookUp(proof: Proof | null, address: string): Promise<KeyHolder | null> {
    return failedAttempts.lookUp(address, async () => proof && (await keyRing.find(proof, address)));
  }

  /** A forged token costs no read, so it is not a failed attempt. A token of a revoked key is one. */
  async function admitWatch(text: string, shown: Credentials): Promise<Admission | null> {
    const token = readWatchToken(secrets, text);
    if (token === null) return null;
    const { address } = shown;
    const { key, subject, download, expiresAt } = token;
    const watch = { subject, download };
    if (key === null) {
      const anonymous = await admitAnonymous(shown);
      if (anonymous === null) return null;
      const caller = callerWith(anonymous.caller, { ...anonymous.caller, scopes: readOnly, watch });
      return until(expiresAt, { ...anonymous, caller });
    }
    const proof = proofOfToken(key);
    const holder = keyRing.findKnown(proof) ?? (await lookUp(proof, address));
    if (holder === null) return null;
    const caller = callerWith(holder, { tenantId: holder.tenantId, address, scopes: readOnly, key, watch });
    return until(expiresAt, { caller, whenEnded: (end) => keyRing.whenEnded(holder, end) });
  }

  return async (credentials) => {
    const { headers, connectionParams, address } = credentials;
    const shown = connectionParams.authorization ?? connectionParams.Authorization ?? headers.authorization;
    if (shown === undefined) return await admitAnonymous(credentials);
    const secret = secretOf(shown);
    return isWatchToken(secret) ? await admitWatch(secret, credentials) : await admitKey(secret, address);
  };
}

/** Short enough for the reason of a close frame. */
const forwardedWithoutKeys =
  'Without API keys, requests through a proxy are refused. Create a key: pagehive keys create';

/** Headers that proxies add to the requests that they pass on. */
const proxyHeaders = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via'];

/**
 * Whether a proxy passed the request on. Its client may be on another machine, although the connection comes from this
 * one.
 */
function isForwarded(headers: IncomingHttpHeaders): boolean {
  return proxyHeaders.some((name) => headers[name] !== undefined);
}

/** Returns a caller whose limits are those that `of` has at the time they are read. */
function callerWith(of: Pick<Caller, 'allowance'>, rest: Omit<Caller, 'allowance'>): Caller {
  return {
    ...rest,
    get allowance() {
      return of.allowance;
    },
  };
}

/** Returns the same admission, but it ends at `expiresAt` at the latest. */
function until(expiresAt: Date, { caller, whenEnded }: Admission): Admission {
  return {
    caller,
    whenEnded(end) {
      const watcher = whenEnded(end);
      const timer = setTimeout(end, expiresAt.getTime() - Date.now());
      return {
        [Symbol.dispose]() {
          clearTimeout(timer);
          watcher[Symbol.dispose]();
        },
      };
    },
  };
}

const bearer = /^bearer +(\S+)$/i;
const basic = /^basic +([\w+/=-]+)$/i;

/**
 * Returns the secret in a header or a connection parameter: a bearer token (RFC 6750), or the password of any user
 * (RFC 7617), the only form that a browser sends when it opens a page. Returns an empty text for anything else.
 */
function secretOf(authorization: unknown): string {
  if (typeof authorization !== 'string') return '';
  const [, token] = bearer.exec(authorization) ?? [];
  if (token !== undefined) return token;
  const [, encoded] = basic.exec(authorization) ?? [];
  if (encoded === undefined) return '';
  const [, password = ''] = /^[^:]*:(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? [];
  return password;
}
